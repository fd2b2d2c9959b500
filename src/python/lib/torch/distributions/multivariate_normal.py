"""Multivariate normal."""
import math

import torch

from . import constraints
from .distribution import Distribution
from .utils import _standard_normal, lazy_property

__all__ = ['MultivariateNormal']


def _batch_mv(mat, vec):
    """A matrix times a vector, both in batches."""
    return torch.matmul(mat, vec.unsqueeze(-1)).squeeze(-1)


def _batch_mahalanobis(factor, x):
    """xᵀ (L Lᵀ)⁻¹ x for batches of lower triangular L and of x; a batch of x larger than L's is solved at once."""
    n = x.size(-1)
    shape = x.shape[:-1]
    lead = len(shape) - (factor.dim() - 2)
    # x's batch: the dimensions that L has not, then pairs (i / j, j) where L has j.
    split = list(shape[:lead])
    for size, own in zip(shape[lead:], factor.shape[:-2]):
        split += [size // own, own]
    pairs = factor.dim() - 2
    order = [*range(lead), *range(lead, lead + 2 * pairs, 2), *range(lead + 1, lead + 2 * pairs, 2), lead + 2 * pairs]
    rows = x.reshape(split + [n]).permute(order)
    flat_factor = factor.reshape(-1, n, n)
    flat = rows.reshape(-1, flat_factor.size(0), n).permute(1, 2, 0)
    found = torch.linalg.solve_triangular(flat_factor, flat, upper=False).pow(2).sum(-2).t()
    found = found.reshape(rows.shape[:-1])
    back = list(range(lead))
    for i in range(pairs):
        back += [lead + i, lead + pairs + i]
    return found.permute(back).reshape(shape)


def _precision_to_scale_tril(precision):
    """The lower Cholesky factor of the inverse of a positive definite matrix."""
    flipped = torch.linalg.cholesky(torch.flip(precision, (-2, -1)))
    inverse = torch.transpose(torch.flip(flipped, (-2, -1)), -2, -1)
    identity = torch.eye(precision.shape[-1], dtype=precision.dtype, device=precision.device)
    return torch.linalg.solve_triangular(inverse, identity, upper=False)


class MultivariateNormal(Distribution):
    """N(loc, Σ), given one of Σ (covariance_matrix), Σ⁻¹ (precision_matrix) or its Cholesky factor (scale_tril)."""

    arg_constraints = {'loc': constraints.real_vector, 'covariance_matrix': constraints.positive_definite,
                       'precision_matrix': constraints.positive_definite, 'scale_tril': constraints.lower_cholesky}
    support = constraints.real_vector
    has_rsample = True
    mean = mode = property(lambda self: self.loc)

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        if loc.dim() < 1:
            raise ValueError('loc must be at least one-dimensional.')
        if (covariance_matrix is not None) + (scale_tril is not None) + (precision_matrix is not None) != 1:
            raise ValueError('Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.')
        for name, matrix in (('scale_tril', scale_tril), ('covariance_matrix', covariance_matrix), ('precision_matrix', precision_matrix)):
            if matrix is None:
                continue
            if matrix.dim() < 2:
                what = f'{name} matrix' if name == 'scale_tril' else name
                raise ValueError(f'{what} must be at least two-dimensional, with optional leading batch dimensions')
            batch_shape = torch.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
            setattr(self, name, matrix.expand(batch_shape + (-1, -1)))
        self.loc = loc.expand(batch_shape + (-1,))
        super().__init__(batch_shape, self.loc.shape[-1:], validate_args=validate_args)
        if scale_tril is not None:
            self._unbroadcasted_scale_tril = scale_tril
        elif covariance_matrix is not None:
            self._unbroadcasted_scale_tril = torch.linalg.cholesky(covariance_matrix)
        else:
            self._unbroadcasted_scale_tril = _precision_to_scale_tril(precision_matrix)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(MultivariateNormal, _instance)
        batch_shape = torch.Size(batch_shape)
        new.loc = self.loc.expand(batch_shape + self.event_shape)
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        for name in ('covariance_matrix', 'scale_tril', 'precision_matrix'):
            if name in self.__dict__:
                setattr(new, name, self.__dict__[name].expand(batch_shape + self.event_shape + self.event_shape))
        super(MultivariateNormal, new).__init__(batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def _whole(self, matrix):
        return matrix.expand(self._batch_shape + self._event_shape + self._event_shape)

    @lazy_property
    def scale_tril(self):
        return self._whole(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self):
        return self._whole(torch.matmul(self._unbroadcasted_scale_tril, self._unbroadcasted_scale_tril.mT))

    @lazy_property
    def precision_matrix(self):
        return self._whole(torch.cholesky_inverse(self._unbroadcasted_scale_tril))

    @property
    def variance(self):
        return self._unbroadcasted_scale_tril.pow(2).sum(-1).expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        eps = _standard_normal(shape, dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + _batch_mv(self._unbroadcasted_scale_tril, eps)

    def _half_log_det(self):
        return self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        distance = _batch_mahalanobis(self._unbroadcasted_scale_tril, value - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + distance) - self._half_log_det()

    def entropy(self):
        h = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._half_log_det()
        return h if len(self._batch_shape) == 0 else h.expand(self._batch_shape)
