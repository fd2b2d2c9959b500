"""Samples into batches."""
import copy
import re
from collections import abc

import torch

from ...._tensor import Tensor


def _is_numpy(v):
    return type(v).__module__ == 'numpy'


def default_convert(data):
    """Numpy arrays into tensors, in whatever holds them."""
    if isinstance(data, Tensor) or isinstance(data, (str, bytes)):
        return data
    if _is_numpy(data):
        if hasattr(data, 'dtype') and getattr(data, 'ndim', 0) == 0 and not hasattr(data, 'tolist'):
            return data
        return torch.as_tensor(data)
    if isinstance(data, abc.Mapping):
        return {k: default_convert(v) for k, v in data.items()}
    if isinstance(data, tuple) and hasattr(data, '_fields'):
        return type(data)(*(default_convert(v) for v in data))
    if isinstance(data, abc.Sequence):
        return [default_convert(v) for v in data]
    return data


def collate(batch, *, collate_fn_map=None):
    """A list of samples into one batch; `collate_fn_map` has functions for types of one's own."""
    first = batch[0]
    functions = collate_fn_map or {}
    if type(first) in functions:
        return functions[type(first)](batch, collate_fn_map=collate_fn_map)
    for kind, fn in functions.items():
        if isinstance(first, kind):
            return fn(batch, collate_fn_map=collate_fn_map)
    if _is_numpy(first) and hasattr(first, 'dtype'):
        if re.search('[SaUO]', first.dtype.str):
            raise TypeError(f'default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {first.dtype}')
        if getattr(first, 'shape', ()) == ():
            return torch.as_tensor(batch)
        return collate([torch.as_tensor(v) for v in batch], collate_fn_map=collate_fn_map)
    if isinstance(first, abc.Mapping):
        made = {k: collate([sample[k] for sample in batch], collate_fn_map=collate_fn_map) for k in first}
        if isinstance(first, abc.MutableMapping) and type(first) is not dict:
            clone = copy.copy(first)
            clone.update(made)
            return clone
        return made
    if isinstance(first, tuple) and hasattr(first, '_fields'):
        return type(first)(*(collate(part, collate_fn_map=collate_fn_map) for part in zip(*batch)))
    if isinstance(first, abc.Sequence):
        if not all(len(sample) == len(first) for sample in batch):
            raise RuntimeError('each element in list of batch should be of equal size')
        return [collate(part, collate_fn_map=collate_fn_map) for part in zip(*batch)]
    raise TypeError(f'default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type(first)}')


def collate_tensor_fn(batch, *, collate_fn_map=None):
    return torch.stack(batch, 0)


def collate_float_fn(batch, *, collate_fn_map=None):
    return torch.tensor(batch, dtype=torch.float64)


def collate_int_fn(batch, *, collate_fn_map=None):
    return torch.tensor(batch)


def collate_str_fn(batch, *, collate_fn_map=None):
    return batch


# What default_collate does with each type; others may be added.
default_collate_fn_map = {Tensor: collate_tensor_fn, float: collate_float_fn, int: collate_int_fn, str: collate_str_fn,
                          bytes: collate_str_fn}


def default_collate(batch):
    """A list of samples into one batch: tensors stacked, numbers made into tensors, dicts and lists taken apart."""
    return collate(batch, collate_fn_map=default_collate_fn_map)
