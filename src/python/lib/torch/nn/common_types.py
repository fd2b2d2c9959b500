"""torch.nn.common_types: aliases for type checkers: one number, or one for each dimension."""
from typing import Optional, Tuple, TypeVar, Union

from .._tensor import Tensor

T = TypeVar('T')
_scalar_or_tuple_any_t = Union[T, Tuple[T, ...]]
_size_any_t = _scalar_or_tuple_any_t[int]
_size_any_opt_t = _scalar_or_tuple_any_t[Optional[int]]
_ratio_any_t = _scalar_or_tuple_any_t[float]
_tensor_list_t = _scalar_or_tuple_any_t[Tensor]


def _fixed(n):
    return Union[T, Tuple[(T,) * n]]


for _n in range(1, 7):
    globals()[f'_scalar_or_tuple_{_n}_t'] = _fixed(_n)
    globals()[f'_size_{_n}_t'] = _fixed(_n)[int]
for _n in (2, 3):
    globals()[f'_size_{_n}_opt_t'] = _fixed(_n)[Optional[int]]
    globals()[f'_ratio_{_n}_t'] = _fixed(_n)[float]
_maybe_indices_t = _fixed(2)[Tensor]
