"""ShapeProp: runs a graph and writes each result's shape and dtype into its node's meta."""
from collections import namedtuple

import torch

from ..interpreter import Interpreter
from ..node import map_aggregate

TensorMetadata = namedtuple('TensorMetadata', ['shape', 'dtype', 'requires_grad', 'stride', 'memory_format', 'is_quantized', 'qparams'])


def _of(t):
    format = next((f for f in (torch.contiguous_format, torch.channels_last, torch.channels_last_3d) if t.is_contiguous(memory_format=f)), None)
    return TensorMetadata(t.shape, t.dtype, t.requires_grad, t.stride(), format, False, {})


class ShapeProp(Interpreter):
    """propagate(*args): node.meta['tensor_meta'] of every node whose result is a tensor, or holds some."""

    def run_node(self, n):
        result = super().run_node(n)
        found = False

        def extract(v):
            nonlocal found
            if isinstance(v, torch.Tensor):
                found = True
                return _of(v)
            return v

        meta = map_aggregate(result, extract)
        if found:
            n.meta['tensor_meta'] = meta
        n.meta['type'] = type(result)
        return result

    def propagate(self, *args):
        return super().run(*args)
