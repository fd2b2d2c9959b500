"""Instance normalization."""
import warnings

from .. import functional as F
from .batchnorm import _LazyNormBase, _NormBase, of_rank


class _InstanceNorm(_NormBase):
    """Normalizes each channel of each example."""

    # Dimensions of an input without a batch.
    _unbatched = 0

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None, *,
                 bias=True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _get_no_batch_dim(self):
        return self._unbatched

    def _apply_instance_norm(self, input):
        return F.instance_norm(input, self.running_mean, self.running_var, self.weight, self.bias,
                               self.training or not self.track_running_stats, 0.0 if self.momentum is None else self.momentum, self.eps)

    def forward(self, input):
        self._check_input_dim(input)
        dim = input.dim() - self._unbatched
        if input.size(dim) != self.num_features:
            if self.affine:
                raise ValueError(f"expected input's size at dim={dim} to match num_features ({self.num_features}), "
                                 f'but got: {input.size(dim)}.')
            warnings.warn(f"input's size at dim={dim} does not match num_features. You can silence this warning by not passing in "
                          'num_features, which is not used because affine=False', stacklevel=2)
        if input.dim() == self._unbatched:
            return self._apply_instance_norm(input.unsqueeze(0)).squeeze(0)
        return self._apply_instance_norm(input)

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        # Before version 1 there were statistics that nobody tracked.
        if local_metadata.get('version', None) is None and not self.track_running_stats:
            old = [prefix + name for name in ('running_mean', 'running_var') if prefix + name in state_dict]
            if old:
                names = ' and '.join(f'"{key}"' for key in old)
                kind = type(self).__name__
                error_msgs.append(
                    f'Unexpected running stats buffer(s) {names} for {kind} with track_running_stats=False. If state_dict is a '
                    f'checkpoint saved before 0.4.0, this may be expected because {kind} does not track running stats by default '
                    'since 0.4.0. Please remove these keys from state_dict. If the running stats are actually needed, instead set '
                    f'track_running_stats=True in {kind} to enable them. See the documentation of {kind} for details.')
                for key in old:
                    state_dict.pop(key)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)


_HERE = 'torch.nn.modules.instancenorm'
_KINDS = {1: '(N, C, L) or (C, L)', 2: '(N, C, H, W) or (C, H, W)', 3: '(N, C, D, H, W) or (C, D, H, W)'}
for _n, _input in _KINDS.items():
    _ranks = (_n + 1, _n + 2)
    _words = f'{_n + 1}D or {_n + 2}D'
    _plain = of_rank(f'InstanceNorm{_n}d', (_InstanceNorm,), _ranks, _words, f'Normalizes each channel of each example of {_input}.',
                     _HERE, _unbatched=_n + 1)
    _lazy = of_rank(f'LazyInstanceNorm{_n}d', (_LazyNormBase, _InstanceNorm), _ranks, _words,
                    f'InstanceNorm{_n}d with num_features from the first batch.', _HERE, _unbatched=_n + 1, cls_to_become=_plain)
    globals().update({_plain.__name__: _plain, _lazy.__name__: _lazy})

__all__ = ['InstanceNorm1d', 'InstanceNorm2d', 'InstanceNorm3d', 'LazyInstanceNorm1d', 'LazyInstanceNorm2d', 'LazyInstanceNorm3d']
