"""Files that real PyTorch writes, and what it reads in them: Backstep's torch.load must say the same.

python3 test/golden/files.py     writes test/golden/files/*.pt and what files/reading.py prints over them, files/reading.json

(torch 2.13.0 and safetensors 0.8.0; they are small.)
"""
import collections
import json
import os
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

import statements

here = pathlib.Path(__file__).parent / 'files'


def network():
    return nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 3), nn.ReLU(), nn.Dropout(0.2), nn.Linear(3, 1, bias=False))


def trained(make):
    """A network, its optimizer and scheduler after three steps."""
    torch.manual_seed(0)
    net = network()
    opt = make(net.parameters())
    scheduler = torch.optim.lr_scheduler.StepLR(opt, 2)
    for _ in range(3):
        opt.zero_grad()
        net(torch.randn(4, 2)).pow(2).sum().backward()
        opt.step()
        scheduler.step()
    return net, opt, scheduler


def main():
    os.chdir(here)
    torch.manual_seed(0)
    net, opt, scheduler = trained(lambda p: torch.optim.Adam(p, lr=0.1))
    torch.save(net.state_dict(), 'state.pt')
    torch.save(net, 'module.pt')
    torch.save({'epoch': 3, 'model': net.state_dict(), 'optimizer': opt.state_dict(), 'scheduler': scheduler.state_dict(),
                'rng': torch.get_rng_state()[:8].clone(), 'best': 0.5, 'history': [1.0, 0.5, (2, 'x')], 'when': None}, 'checkpoint.pt')
    torch.save(trained(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9))[1].state_dict(), 'sgd.pt')
    base = torch.arange(12.0)
    torch.save({'base': base, 'row': base.view(3, 4)[1], 'column': base.view(3, 4)[:, 1], 'transposed': base.view(3, 4).t(),
                'step': base[::5], 'scalar': torch.tensor(3), 'empty': torch.zeros(0, 3), 'leaf': torch.ones(2, requires_grad=True),
                'expanded': torch.tensor([1.0]).expand(2, 3)}, 'shared.pt')
    numbers = [0, 1, 1, 0, 3]
    torch.save({str(d): torch.tensor(numbers).to(d) for d in (
        torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float32, torch.float64)}, 'dtypes.pt')
    torch.save({str(d): torch.tensor([0.1, -2.5, 1e-3, 60000.0]).to(d) for d in (torch.float16, torch.bfloat16)}, 'halves.pt')
    torch.save({str(d): torch.tensor([1 + 2j, -0.5j]).to(d) for d in (torch.complex64, torch.complex128)}, 'complex.pt')
    torch.save({'parameter': nn.Parameter(torch.ones(2)), 'frozen': nn.Parameter(torch.zeros(1), requires_grad=False),
                'list': nn.ParameterList([nn.Parameter(torch.ones(1))]), 'nested': [{'a': (torch.ones(1), [torch.zeros(1)])}],
                'ordered': collections.OrderedDict(b=1, a=2), 'counter': collections.Counter('aab'), 'set': {1, 2},
                'size': torch.Size([2, 3]), 'dtype': torch.float64, 'device': torch.device('cpu'), 'bytes': b'ab', 'complex': 1 + 2j,
                'big': 2 ** 70, 'text': 'ü'}, 'nested.pt')
    torch.save({'plain': {'parameter': nn.Parameter(torch.ones(2)), 'ordered': collections.OrderedDict(b=1, a=2), 'set': {1, 2},
                          'counter': collections.Counter('aab'), 'size': torch.Size([2, 3]), 'dtype': torch.float64,
                          'device': torch.device('cpu'), 'bytes': b'ab', 'complex': 1 + 2j, 'big': 2 ** 70, 'text': 'ü'}}, 'plain.pt')
    torch.save(nn.ModuleList([nn.LSTM(2, 1), nn.MultiheadAttention(2, 1), nn.Conv2d(1, 1, 1)]), 'layers.pt')
    torch.save({'old': base, 'view': base[2:4], 'net': net.state_dict()}, 'legacy.pt', _use_new_zipfile_serialization=False)
    torch.save(net, 'legacy_module.pt', _use_new_zipfile_serialization=False)
    t = torch.ones(2)
    t.note = 'kept'
    torch.save({'t': t, 'storage': torch.arange(3, dtype=torch.int16).untyped_storage()}, 'attributes.pt')
    tag = torch.serialization.location_tag
    torch.serialization.location_tag = lambda storage: 'cuda:0'
    torch.save({'w': torch.arange(3.0)}, 'cuda.pt')
    torch.serialization.location_tag = tag
    for name, protocol in (('protocol4.pt', 4),):
        torch.save({'w': torch.arange(3.0)}, name, pickle_protocol=protocol)
    save_file({'b': torch.ones(2, dtype=torch.int8), 'a': torch.zeros(3, dtype=torch.float64), 'c': torch.tensor(1), 'e': torch.zeros(0, 2),
               'd': torch.ones(1), 'bo': torch.tensor([True])}, 'plain.safetensors', {'a': '2'})
    rows = statements.run((here / 'reading.py').read_text())
    (here / 'reading.json').write_text('[\n' + ',\n'.join(json.dumps(r, ensure_ascii=False) for r in rows) + '\n]\n')


if __name__ == '__main__':
    main()
