"""Batch normalization."""
from .. import functional as F
from ..parameter import UninitializedBuffer, UninitializedParameter
from ._affine import add_affine, reset_affine
from .lazy import LazyModuleMixin
from .module import Module


class _NormBase(Module):
    """Weight, bias and running statistics of batch and instance normalization."""

    _version = 2
    __constants__ = ['track_running_stats', 'momentum', 'eps', 'num_features', 'affine']

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *,
                 bias=True):
        import torch
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        add_affine(self, num_features, affine, affine and bias, device, dtype)
        if track_running_stats:
            self.register_buffer('running_mean', torch.zeros(num_features, device=device, dtype=dtype))
            self.register_buffer('running_var', torch.ones(num_features, device=device, dtype=dtype))
            self.register_buffer('num_batches_tracked', torch.tensor(0, dtype=torch.long))
        else:
            self.register_buffer('running_mean', None)
            self.register_buffer('running_var', None)
            self.register_buffer('num_batches_tracked', None)
        self.reset_parameters()

    def reset_running_stats(self):
        """Forgets the running statistics."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        """weight 1, bias 0, statistics forgotten."""
        self.reset_running_stats()
        if self.affine:
            reset_affine(self)

    def _check_input_dim(self, input):
        raise NotImplementedError

    def extra_repr(self):
        return (f'{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, bias={self.bias is not None}, '
                f'track_running_stats={self.track_running_stats}')

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        import torch
        version = local_metadata.get('version', None)
        if (version is None or version < 2) and self.track_running_stats:
            key = prefix + 'num_batches_tracked'
            if key not in state_dict:
                mine = self.num_batches_tracked
                state_dict[key] = mine if mine is not None else torch.tensor(0, dtype=torch.long)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)


class _BatchNorm(_NormBase):
    """Normalizes each channel over the batch."""

    def forward(self, input):
        self._check_input_dim(input)
        factor = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                factor = 1.0 / float(self.num_batches_tracked)
        by_batch = self.training or (self.running_mean is None and self.running_var is None)
        kept = not self.training or self.track_running_stats
        return F.batch_norm(input, self.running_mean if kept else None, self.running_var if kept else None, self.weight, self.bias,
                            by_batch, factor, self.eps)


class _LazyNormBase(LazyModuleMixin, _NormBase):
    """A normalization whose num_features is that of its first batch."""

    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True):
        import torch
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=False)
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(device=device, dtype=dtype)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = torch.tensor(0, dtype=torch.long)

    def reset_parameters(self):
        """weight 1, bias 0, statistics forgotten, where they have a shape."""
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input):
        """Gives weight, bias and statistics the shape that the input asks for."""
        if not self.has_uninitialized_params():
            return
        self.num_features = input.shape[1]
        names = (['weight', 'bias'] if self.affine else []) + (['running_mean', 'running_var'] if self.track_running_stats else [])
        for name in names:
            if getattr(self, name) is not None:
                self._materialize(name, (self.num_features,))
        self.reset_parameters()


def of_rank(name, base, ranks, words, what, module, **members):
    """A normalization class for inputs of these ranks."""
    def _check_input_dim(self, input):
        if input.dim() not in ranks:
            raise ValueError(f'expected {words} input (got {input.dim()}D input)')

    return type(name, base, {'__doc__': what, '_check_input_dim': _check_input_dim, '__module__': module, **members})


_HERE = 'torch.nn.modules.batchnorm'
_KINDS = {1: ((2, 3), '2D or 3D', '(N, C) or (N, C, L)'), 2: ((4,), '4D', '(N, C, H, W)'), 3: ((5,), '5D', '(N, C, D, H, W)')}
for _n, (_ranks, _words, _input) in _KINDS.items():
    _plain = of_rank(f'BatchNorm{_n}d', (_BatchNorm,), _ranks, _words, f'Normalizes each channel of {_input} over the batch.', _HERE)
    _lazy = of_rank(f'LazyBatchNorm{_n}d', (_LazyNormBase, _BatchNorm), _ranks, _words,
                    f'BatchNorm{_n}d with num_features from the first batch.', _HERE, cls_to_become=_plain)
    globals().update({_plain.__name__: _plain, _lazy.__name__: _lazy})


class SyncBatchNorm(_BatchNorm):
    """Batch normalization over all processes: of which there is one, so it is that of its own batch."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, process_group=None, device=None,
                 dtype=None, *, bias=True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input):
        if input.dim() < 2:
            raise ValueError(f'expected at least 2D input (got {input.dim()}D input)')
        if input.size(1) == 0:
            raise ValueError('SyncBatchNorm number of input channels should be non-zero')

    @classmethod
    def convert_sync_batchnorm(cls, module, process_group=None):
        """The module, with a SyncBatchNorm in place of every BatchNorm below it."""
        made = module
        if isinstance(module, _BatchNorm):
            made = SyncBatchNorm(module.num_features, module.eps, module.momentum, module.affine, module.track_running_stats,
                                 process_group, bias=module.bias is not None)
            for name in ('weight', 'bias') if module.affine else ():
                setattr(made, name, getattr(module, name))
            for name in ('running_mean', 'running_var', 'num_batches_tracked', 'training'):
                setattr(made, name, getattr(module, name))
        for name, child in module.named_children():
            made.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return made


SyncBatchNorm.__module__ = _HERE
__all__ = ['BatchNorm1d', 'LazyBatchNorm1d', 'BatchNorm2d', 'LazyBatchNorm2d', 'BatchNorm3d', 'LazyBatchNorm3d', 'SyncBatchNorm']
