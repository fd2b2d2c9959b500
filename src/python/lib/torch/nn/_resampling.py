"""Interpolation, sampling by a grid, sliding windows: what Python adds to the engine's ops for torch.nn.functional."""
import warnings

import torch

from .._wrappers import function
from ._pooling import adaptive_avg_pool2d, adaptive_avg_pool3d
from .modules.utils import _pair

__all__ = ['interpolate', 'upsample', 'upsample_nearest', 'upsample_bilinear', 'grid_sample', 'affine_grid', 'unfold', 'fold',
           'GRID_SAMPLE_INTERPOLATION_MODES', 'GRID_SAMPLE_PADDING_MODES']

GRID_SAMPLE_INTERPOLATION_MODES = {'bilinear': 0, 'nearest': 1, 'bicubic': 2}
GRID_SAMPLE_PADDING_MODES = {'zeros': 0, 'border': 1, 'reflection': 2}

_MODES = 'nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact'
# The op of a mode for an input of 3, 4 or 5 dimensions.
_OPS = {
    'nearest': {n + 2: f'upsample_nearest{n}d' for n in (1, 2, 3)},
    'nearest-exact': {n + 2: f'_upsample_nearest_exact{n}d' for n in (1, 2, 3)},
    'linear': {3: 'upsample_linear1d'},
    'bilinear': {4: 'upsample_bilinear2d'},
    'trilinear': {5: 'upsample_trilinear3d'},
    'bicubic': {4: 'upsample_bicubic2d'},
}
_SMOOTH = {mode: f'_upsample_{mode}2d_aa' for mode in ('bilinear', 'bicubic', 'lanczos')}


def _check_count(given, what, dim, input, letters):
    if len(given) == dim:
        return
    shown = f'output size of {given}' if what == 'output' else f'scale_factor of shape {given}'
    name = 'output size' if what == 'output' else 'scale_factor'
    raise ValueError(f'Input and {what} must have the same number of spatial dimensions, but got input with spatial dimensions of '
                     f'{list(input.shape[2:])} and {shown}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and {name} '
                     f'in ({letters}1, {letters}2, ...,{letters}K) format.')


def interpolate(input, size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None, antialias=False):
    """Another size for the images of (N, C, …), by the pixels around each place.

    mode: nearest, nearest-exact, linear (3-D inputs), bilinear and bicubic (4-D), trilinear (5-D), area; lanczos with antialias.
    """
    if mode in ('nearest', 'area', 'nearest-exact'):
        if align_corners is not None:
            raise ValueError('align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear')
    elif align_corners is None:
        align_corners = False
    dim = input.dim() - 2
    scales = None
    if size is not None and scale_factor is not None:
        raise ValueError('only one of size or scale_factor should be defined')
    if size is not None:
        if isinstance(size, (list, tuple)):
            _check_count(size, 'output', dim, input, 'o')
            if not all(isinstance(n, int) for n in size):
                raise TypeError('expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], but got size '
                                f'with types {[type(n) for n in size]}')
        else:
            size = [size] * dim
    elif scale_factor is not None:
        if isinstance(scale_factor, (list, tuple)):
            _check_count(scale_factor, 'scale_factor', dim, input, 's')
            scales = [float(s) for s in scale_factor]
        else:
            scales = [float(scale_factor)] * dim
    else:
        raise ValueError('either size or scale_factor should be defined')
    if recompute_scale_factor and scales is None:
        raise ValueError('recompute_scale_factor is not meaningful with an explicit size.')
    if scales is not None:
        size = [int(input.size(d + 2) * s) for d, s in enumerate(scales)]
    if recompute_scale_factor or mode == 'area':
        scales = None
    if antialias and not (mode in _SMOOTH and input.dim() == 4):
        raise ValueError('Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input')
    if mode == 'area' and dim in (1, 2, 3):
        pool = (torch.adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[dim - 1]
        return pool(input, size)
    if mode == 'lanczos' and input.dim() == 4:
        if align_corners:
            raise ValueError('Lanczos mode does not support align_corners=True')
        if not antialias:
            raise ValueError('Lanczos mode requires antialias=True')
    name = _SMOOTH.get(mode) if antialias else _OPS.get(mode, {}).get(input.dim())
    if name is None:
        wanted = {'linear': 3, 'bilinear': 4, 'trilinear': 5}.get(mode)
        if wanted and input.dim() in (3, 4, 5):
            raise NotImplementedError(f'Got {input.dim()}D input, but {mode} mode needs {wanted}D input')
        raise NotImplementedError(f'Input Error: Only 3D, 4D and 5D input Tensors supported (got {input.dim()}D) for the modes: {_MODES} '
                                  f'(got {mode})')
    options = [] if mode.startswith('nearest') else [align_corners]
    return function(name)(input, size, *options, *(scales or ()))


def upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None):
    """The old name of interpolate."""
    warnings.warn('`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.', stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """interpolate by the nearest pixel."""
    warnings.warn('`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.', stacklevel=2)
    return interpolate(input, size, scale_factor, mode='nearest')


def upsample_bilinear(input, size=None, scale_factor=None):
    """interpolate between four pixels, with aligned corners."""
    warnings.warn('`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.', stacklevel=2)
    return interpolate(input, size, scale_factor, mode='bilinear', align_corners=True)


_ALIGNED = ('Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify '
            'align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.')


def grid_sample(input, grid, mode='bilinear', padding_mode='zeros', align_corners=None):
    """The images' values at the places that a grid names; places from -1 to 1 are inside."""
    if mode not in GRID_SAMPLE_INTERPOLATION_MODES:
        raise ValueError("nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: "
                         f"'{mode}'")
    if padding_mode not in GRID_SAMPLE_PADDING_MODES:
        raise ValueError("nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: "
                         f"'{padding_mode}'")
    if align_corners is None:
        warnings.warn(_ALIGNED, stacklevel=2)
        align_corners = False
    return torch.grid_sampler(input, grid, GRID_SAMPLE_INTERPOLATION_MODES[mode], GRID_SAMPLE_PADDING_MODES[padding_mode], align_corners)


def affine_grid(theta, size, align_corners=None):
    """The grid for grid_sample that an affine map gives."""
    if align_corners is None:
        warnings.warn(_ALIGNED, stacklevel=2)
        align_corners = False
    if not theta.is_floating_point():
        raise ValueError(f'Expected theta to have floating point type, but got {theta.dtype}')
    if len(size) not in (4, 5):
        raise NotImplementedError('affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size '
                                  f'{size}.')
    n = len(size) - 2
    if theta.dim() != 3 or theta.shape[-2] != n or theta.shape[-1] != n + 1:
        raise ValueError(f'Expected a batch of {n}D affine matrices of shape Nx{n}x{n + 1} for size {size}. Got {theta.shape}.')
    if align_corners and min(size[-n:]) == 1:
        warnings.warn('Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is not '
                      'an intended use case of affine_grid. See the documentation of affine_grid for details.', stacklevel=2)
    elif min(size) <= 0:
        raise ValueError(f'Expected non-zero, positive output size. Got {size}')
    return torch.affine_grid_generator(theta, size, align_corners)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of images as columns."""
    return function('im2col')(input, _pair(kernel_size), _pair(dilation), _pair(padding), _pair(stride))


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns of windows added up to images."""
    return function('col2im')(input, _pair(output_size), _pair(kernel_size), _pair(dilation), _pair(padding), _pair(stride))


for _f in (interpolate, upsample, upsample_nearest, upsample_bilinear, grid_sample, affine_grid, unfold, fold):
    _f.__module__ = 'torch.nn.functional'
