"""Runs __corpus__.py with half of the first weights one unit in the last place up: how far does PyTorch come from itself by rounding alone?

    CORPUS_NUDGE=SEED python __corpus_nudge__.py SCRIPT [ARG ...]       the seed says which half
"""
import os

import torch


def nudge_first_weights(seed):
    """What an optimizer is given is moved when it is made; a script without one at its first backward, where its leaves are."""
    generator = torch.Generator().manual_seed(seed)
    moved = set()

    def nudge(weights):
        for w in weights:
            if isinstance(w, torch.Tensor) and w.is_floating_point() and id(w) not in moved:
                moved.add(id(w))
                up = torch.rand(w.shape, generator=generator) < 0.5
                w.data.copy_(torch.where(up, torch.nextafter(w.data, torch.full_like(w.data, float('inf'))), w.data))

    def leaves(node, seen):
        todo = [node]
        while todo:
            node = todo.pop()
            if node is not None and node not in seen:
                seen.add(node)
                if hasattr(node, 'variable'):
                    yield node.variable
                todo += [following for following, _ in node.next_functions]

    make, backward = torch.optim.Optimizer.__init__, torch.Tensor.backward

    def made(self, params, *args, **kwargs):
        params = list(params)
        for p in params:
            given = p['params'] if isinstance(p, dict) else p[1] if isinstance(p, tuple) else p
            if isinstance(given, torch.Tensor):
                nudge([given])
            else:
                p['params'] = list(given)
                nudge(p['params'])
        make(self, params, *args, **kwargs)

    def first_backward(self, *args, **kwargs):
        torch.Tensor.backward = backward
        backward(self, *args, **kwargs)
        if not moved:
            nudge(leaves(self.grad_fn, set()))

    torch.optim.Optimizer.__init__, torch.Tensor.backward = made, first_backward


nudge_first_weights(int(os.environ['CORPUS_NUDGE']))
with open('__corpus__.py', encoding='utf-8') as _file:
    _text = _file.read()
exec(compile(_text, '__corpus__.py', 'exec'))
