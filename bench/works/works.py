"""The bench's works as a PyTorch user writes them. Real PyTorch and Backstep run this very file.

    python works.py WORK [--threads N] [--warm SECONDS] [--seconds SECONDS] [--cpu]

Prints as its last line, as JSON: the losses (at the start, and after 20 steps) and the times of steps in ms (means of batches of steps).
"""
import argparse
import json
import math
import time

import torch
import torch.nn.functional as F
from torch import nn


def fill(number, shape, scale):
    """Numbers in ±scale/2 that any engine can make: no generator, every digit known."""
    j = torch.arange(math.prod(shape))
    return (((j * 7919 + 104729 * number) % 1009).double() / 1009 - 0.5).mul(scale).float().view(shape)


def classes(n, count):
    return (torch.arange(n) * 7919 % 1009) % count


def filled(net):
    """Weights ±1/sqrt(inputs), biases 0; a norm keeps its 1 and 0."""
    with torch.no_grad():
        for i, (name, p) in enumerate(net.named_parameters()):
            if p.dim() > 1:
                p.copy_(fill(i + 1, p.shape, 2 / math.sqrt(p[0].numel())))
            elif 'bias' in name:
                p.zero_()
    return net


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(64, 4, dim_feedforward=256, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.encoder(x).mean(dim=1))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        y, _ = self.lstm(x)
        return self.head(y[:, -1])


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def work(name):
    """The net, its inputs, targets, criterion and optimizer. `W1/5000` is W1 at that batch, `mlp/64` an MLP that wide."""
    name, _, size = name.partition('/')
    criterion = F.cross_entropy
    if name == 'W1':
        n = int(size or 500)
        net = nn.Sequential(nn.Linear(20, 13, bias=False), nn.ReLU(), nn.Linear(13, 8, bias=False), nn.Sigmoid(), nn.Linear(8, 3))
        x, y = fill(0, (n, 20), 2), classes(n, 3)
        make = lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)
    elif name == 'W2':
        net = mlp(2, 8, 1)
        x, y = fill(0, (4, 2), 2), fill(99, (4, 1), 2)
        criterion = F.mse_loss
        make = lambda p: torch.optim.SGD(p, lr=0.1)
    elif name == 'W3':
        net = mlp(784, 128, 64, 10)
        x, y = fill(0, (64, 784), 2), classes(64, 10)
        make = lambda p: torch.optim.Adam(p, lr=1e-3)
    elif name == 'W4':
        net = mlp(784, 1024, 1024, 10)
        x, y = fill(0, (128, 784), 2), classes(128, 10)
        make = lambda p: torch.optim.SGD(p, lr=0.01)
    elif name == 'W5':
        net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(),
                            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16 * 49, 10))
        x, y = fill(0, (32, 1, 28, 28), 2), classes(32, 10)
        make = lambda p: torch.optim.SGD(p, lr=0.1)
    elif name == 'W7':
        net = Encoder()
        x, y = fill(0, (16, 32, 64), 2), classes(16, 10)
        make = lambda p: torch.optim.AdamW(p, lr=1e-3)
    elif name == 'W8':
        net = Recurrent()
        x, y = fill(0, (16, 32, 64), 2), classes(16, 10)
        make = lambda p: torch.optim.Adam(p, lr=1e-3)
    elif name == 'mlp':
        n = int(size)
        net = mlp(n, n, n, 10)
        x, y = fill(0, (64, n), 2), classes(64, 10)
        make = lambda p: torch.optim.SGD(p, lr=0.1)
    else:
        raise SystemExit(f'There is no work {name}.')
    filled(net)
    return net, x, y, criterion, make(net.parameters())


def trainer(name):
    """One step of a work: a function that gives the loss before it."""
    if name == 'W6':
        a, b = fill(0, (256, 256), 2), fill(1, (256, 256), 2)
        return lambda: (a @ b)[3, 5]
    net, x, y, criterion, optimizer = work(name)

    def step():
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def measure(step, warm, seconds, cpu):
    clock = time.process_time if cpu else time.perf_counter
    first = step().item()
    for i in range(19):
        step()
    losses = [first, step().item()]
    # Warm up, and find how many steps take 10 ms where nothing disturbs them.
    count, best = 1, math.inf

    def batch():
        start = clock()
        for i in range(count):
            step()
        return (clock() - start) / count

    begin = clock()
    while clock() - begin < warm:
        best = min(best, batch())
        count = min(2 * count, math.ceil(0.01 / best))
    print('measuring', flush=True)
    times = []
    begin = clock()
    while len(times) < 3 or clock() - begin < seconds:
        times.append(batch() * 1000)
    return {'losses': losses, 'times': times, 'steps': len(times) * count}


options = argparse.ArgumentParser()
options.add_argument('work')
options.add_argument('--threads', type=int, default=0)
options.add_argument('--warm', type=float, default=0.3)
options.add_argument('--seconds', type=float, default=0.5)
options.add_argument('--cpu', action='store_true')
given = options.parse_args()
if given.threads:
    torch.set_num_threads(given.threads)
found = measure(trainer(given.work), given.warm, given.seconds, given.cpu)
found['version'] = torch.__version__
print(json.dumps(found))
