"""Generalised Pareto."""
import math
from numbers import Number

import torch

from . import constraints
from .distribution import Distribution
from .utils import broadcast_all

__all__ = ['GeneralizedPareto']


class GeneralizedPareto(Distribution):
    """P(x > v) = (1 + concentration · (v − loc)/scale)^(−1/concentration); exponential where concentration is 0."""

    arg_constraints = {'loc': constraints.real, 'scale': constraints.positive, 'concentration': constraints.real}
    has_rsample = True
    mode = property(lambda self: self.loc)

    def __init__(self, loc, scale, concentration, validate_args=None):
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        numbers = all(isinstance(v, Number) for v in (loc, scale, concentration))
        super().__init__(torch.Size() if numbers else self.loc.size(), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return self._expanded(GeneralizedPareto, batch_shape, ('loc', 'scale', 'concentration'), _instance)

    def _near_zero(self):
        return torch.isclose(self.concentration, torch.zeros_like(self.concentration))

    def _safe(self):
        zero = self._near_zero()
        return zero, torch.where(zero, torch.ones_like(self.concentration), self.concentration)

    def rsample(self, sample_shape=torch.Size()):
        u = torch.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype, device=self.loc.device)
        return self.icdf(u)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        y = (value - self.loc) / self.scale
        zero, safe = self._safe()
        y_safe = y.clamp(min=0) if zero.any() else y
        found = torch.where(zero, -y, -(1 + 1 / safe) * torch.log1p(safe * y_safe))
        return found - torch.log(self.scale)

    def log_survival_function(self, value):
        if self._validate_args:
            self._validate_sample(value)
        y = (value - self.loc) / self.scale
        zero, safe = self._safe()
        return torch.where(zero, -y, -torch.log1p(safe * y) / safe)

    def log_cdf(self, value):
        return torch.log1p(-torch.exp(self.log_survival_function(value)))

    def cdf(self, value):
        return torch.exp(self.log_cdf(value))

    def icdf(self, value):
        zero, safe = self._safe()
        log_rest = torch.log1p(-value)
        return self.loc + self.scale * torch.where(zero, -log_rest, torch.expm1(-safe * log_rest) / safe)

    @property
    def mean(self):
        found = self.loc + self.scale / (1 - self.concentration)
        return torch.where(self.concentration < 1, found, torch.full_like(found, math.nan))

    @property
    def variance(self):
        c = self.concentration
        found = self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c))
        return torch.where(c < 0.5, found, torch.full_like(found, math.nan))

    def entropy(self):
        return torch.broadcast_to(torch.log(self.scale) + self.concentration + 1, self._batch_shape)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        upper = self.loc - self.scale / self.concentration
        if (self.concentration < 0).all():
            return constraints.interval(self.loc, upper)
        return constraints.greater_than_eq(self.loc)
