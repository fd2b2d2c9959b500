"""Distributions of the exponential family: p(x) = exp(⟨t(x), θ⟩ − F(θ) + k(x))."""
import torch

from .distribution import Distribution

__all__ = ['ExponentialFamily']


class ExponentialFamily(Distribution):
    """Knows its natural parameters θ and its log normaliser F; the entropy follows from them by F's gradient."""

    @property
    def _natural_params(self):
        raise NotImplementedError

    def _log_normalizer(self, *natural_params):
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self):
        raise NotImplementedError

    def entropy(self):
        result = -self._mean_carrier_measure
        params = [p.detach().requires_grad_() for p in self._natural_params]
        normalizer = self._log_normalizer(*params)
        gradients = torch.autograd.grad(normalizer.sum(), params, create_graph=True)
        result += normalizer
        for p, g in zip(params, gradients):
            result -= (p * g).reshape(self._batch_shape + (-1,)).sum(-1)
        return result
