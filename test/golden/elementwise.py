"""Writes elementwise.json: float32 functions of real PyTorch over the whole range, as base64 of their bytes.

    python elementwise.py

Numbers: every exponent with several mantissas and both signs, the range that nets live in densely, and what is not finite.
"""
import base64
import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(0)
bits = torch.arange(0, 0x7F800000, 0x7F800000 // 1500, dtype=torch.int32)
wide = (bits + torch.randint(0, 1 << 16, bits.shape, dtype=torch.int32)).view(torch.float32)
near = torch.cat([torch.randn(1500) * 4, torch.linspace(-110, 110, 900)])
special = torch.tensor([0.0, -0.0, float('inf'), -float('inf'), float('nan'), 88.72283, 88.72284, -87.33655, -103.9721, -104.0, 1e-45])
x = torch.cat([special, near, wide, -wide])

FUNCTIONS = {
    'exp': torch.exp,
    'tanh': torch.tanh,
    'sigmoid': torch.sigmoid,
    'log': torch.log,
    'sqrt': torch.sqrt,
    'rsqrt': torch.rsqrt,
    'reciprocal': torch.reciprocal,
    'silu': F.silu,
    'softplus': F.softplus,
    'log_sigmoid': F.logsigmoid,
    'gelu': F.gelu,
    'gelu tanh': lambda x: F.gelu(x, approximate='tanh'),
    'leaky_relu': lambda x: F.leaky_relu(x, 0.2),
    'elu': lambda x: F.elu(x, 0.7),
    'hardtanh': F.hardtanh,
    'hardsigmoid': F.hardsigmoid,
    'hardswish': F.hardswish,
}


def text(t):
    return base64.b64encode(t.detach().numpy().tobytes()).decode()


def answers(f):
    v = x.clone().requires_grad_()
    y = f(v)
    y.sum().backward()
    return {'value': text(y), 'gradient': text(v.grad)}


found = {'torch': torch.__version__, 'x': text(x), 'functions': {name: answers(f) for name, f in FUNCTIONS.items()}}
Path(__file__).with_name('elementwise.json').write_text(json.dumps(found, indent=1) + '\n')
