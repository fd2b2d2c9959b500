"""What distributions with `probs` or `logits` share."""
from .utils import lazy_property, logits_to_probs, probs_to_logits


class ProbsOrLogits:
    """Exactly one of `probs` and `logits` is given; the other is computed when asked."""

    _binary = True

    @staticmethod
    def _one_of(probs, logits):
        if (probs is None) == (logits is None):
            raise ValueError('Either `probs` or `logits` must be specified, but not both.')

    @lazy_property
    def logits(self):
        return probs_to_logits(self.probs, is_binary=self._binary)

    @lazy_property
    def probs(self):
        return logits_to_probs(self.logits, is_binary=self._binary)

    def _new(self, *args, **kwargs):
        return self._param.new(*args, **kwargs)

    @property
    def param_shape(self):
        return self._param.size()
