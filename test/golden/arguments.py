"""A sample's arguments (test/golden/samples.ts writes them) as torch reads them: real PyTorch for the golden files, ours for test/python/ops.py."""
import torch


def number(v):
    v = v['number'] if isinstance(v, dict) else v
    return float(v.replace('Infinity', 'inf')) if isinstance(v, str) else v


def tensor(spec, grads=True):
    if spec is None:
        return None
    dtype = getattr(torch, spec['dtype'])
    data = [number(v) for v in spec['data']]
    if dtype.is_complex:
        t = torch.view_as_complex(torch.tensor(data, dtype=dtype.to_real()).reshape([*spec['shape'], 2]))
    else:
        t = torch.tensor(data, dtype=dtype).reshape(spec['shape'])
    if 'permute' in spec:
        t = t.permute(spec['permute'])
    return t.requires_grad_() if grads and spec['requiresGrad'] else t


def argument(a, grads=True):
    """With `grads`, tensors require gradients where the sample says so."""
    if isinstance(a, dict):
        if 'tensor' in a:
            return tensor(a['tensor'], grads)
        if 'tensors' in a:
            return [tensor(t, grads) for t in a['tensors']]
        if 'dtype' in a:
            return getattr(torch, a['dtype'])
        return number(a)
    return a
