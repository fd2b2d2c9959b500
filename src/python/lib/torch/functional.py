"""torch.functional: functions that torch has too."""
_NAMES = ('atleast_1d', 'atleast_2d', 'atleast_3d', 'align_tensors', 'broadcast_shapes', 'broadcast_tensors', 'cartesian_prod', 'block_diag',
          'cdist', 'chain_matmul', 'einsum', 'istft', 'lu', 'norm', 'meshgrid', 'pca_lowrank', 'split', 'stft', 'svd_lowrank', 'tensordot',
          'unique', 'unique_consecutive', 'unravel_index')


def __getattr__(name):
    if name == 'F':
        from torch.nn import functional
        return functional
    if name in _NAMES:
        import torch
        return getattr(torch, name)
    raise AttributeError(f"module 'torch.functional' has no attribute '{name}'")
