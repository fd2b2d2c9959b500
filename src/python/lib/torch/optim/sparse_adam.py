"""SparseAdam."""
from .._tensor import Tensor
from .optimizer import Optimizer, check, check_betas


class SparseAdam(Optimizer):
    """Adam for sparse gradients, of which Backstep has none yet: it refuses the dense ones, as in PyTorch."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError('Tensor lr must be 1-element')
        check(0.0 < lr, 'learning rate', lr)
        check(0.0 < eps, 'epsilon value', eps)
        check_betas(betas)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, maximize=maximize))
        complex_ones = [[i, j] for i, group in enumerate(self.param_groups) for j, p in enumerate(group['params']) if p.is_complex()]
        if complex_ones:
            raise ValueError(f'Complex params at indices {complex_ones}: SparseAdam does not support complex parameters')

    def keeps_state(self, group):
        return False

    def update(self, group, p, grad, state):
        raise RuntimeError('SparseAdam does not support dense gradients, please consider Adam instead')


SparseAdam.__module__ = 'torch.optim.sparse_adam'
