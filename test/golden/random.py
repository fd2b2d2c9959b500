"""Real PyTorch's random numbers, for test/unit/engine/random.test.ts.

python3 test/golden/random.py                writes test/golden/random.json
python3 test/golden/random.py SEED [SEED..]  prints fresh cases for those seeds (the live test)

A case is [op, dtype, size, arguments]; its answer is the sha256 of the bytes (first 16 digits), the first values in hex,
and the generator's `left` and `next` afterwards, which tell how many draws were made. float64 normals and Cauchy variates
depend on the C library in their last bit (one in 700 here), so they are hashed as float32. The cases of one seed are run one
after the other without seeding again, so a waiting normal or a wrong number of draws shows in the next case.
"""
import hashlib
import json
import pathlib
import struct
import sys

import torch
import torch.nn.functional as F

DTYPES = {
    'float32': torch.float32, 'float64': torch.float64, 'int64': torch.int64, 'int32': torch.int32,
    'int16': torch.int16, 'int8': torch.int8, 'uint8': torch.uint8, 'bool': torch.bool,
}
NORMAL_Y_AT = 24 + 8 * 624 + 8
LAST_BIT = ('normal', 'normalStrided', 'cauchy', 'gamma')
SIZES = [*range(1, 21), 31, 32, 100, 1000]


def weights(n, dtype):
    """Weights that JavaScript can make too: exact in float32."""
    return ((torch.arange(n, dtype=torch.int64) * 37 + 11) % 64).to(dtype) / 64


def run(op, dtype, n, args):
    t = DTYPES[dtype]
    e = torch.empty(n, dtype=t)
    if op == 'uniform': return e.uniform_(*args)
    if op == 'normal': return e.normal_(*args)
    if op == 'normalStrided': return torch.empty(2 * n, dtype=t)[::2].normal_(*args).contiguous()
    if op == 'logNormal': return e.log_normal_(*args)
    if op == 'exponential': return e.exponential_(*args)
    if op == 'cauchy': return e.cauchy_(*args)
    if op == 'geometric': return e.geometric_(*args)
    if op == 'bernoulli': return e.bernoulli_(*args)
    if op == 'bernoulliTensor': return e.bernoulli_(weights(n, DTYPES[args[0]]))
    if op == 'dropout': return F.dropout(torch.ones(n, dtype=t), *args)
    if op == 'randint': return e.random_(int(args[0]), None if args[1] is None else int(args[1]))
    if op == 'randomFull': return e.random_()
    if op == 'randperm': return torch.randperm(n, dtype=t)
    if op == 'poisson': return torch.poisson(weights(n, t) * args[0])
    if op == 'binomial': return torch.binomial(torch.full((n,), float(args[0]), dtype=t), weights(n, t))
    if op == 'gamma': return torch._standard_gamma(weights(n, t) * args[0])
    if op == 'multinomial':
        rows, samples, replacement, of = args
        p = torch.cat([weights(n, DTYPES[of]).roll(r) for r in range(rows)]).reshape(rows, n)
        return torch.multinomial(p, samples, replacement).reshape(-1)
    raise ValueError(op)


def cases():
    for n in SIZES:
        for d in ('float32', 'float64'):
            yield ['uniform', d, n, [-0.37, 0.91]]
            yield ['normal', d, n, [0.0, 1.0]]
            yield ['normal', d, n, [0.3, 0.7]]
        yield ['randperm', 'int64', n, []]
    yield ['normal', 'float32', 100003, [0.0, 1.0]]  # enough to notice a single wrong bit in a constant
    for d in ('float32', 'float64'):
        for n in (5, 1000):
            for op, args in (
                ('uniform', [0.0, 1.0]), ('normalStrided', [1.5, 2.5]), ('exponential', [1.3]), ('cauchy', [0.3, 0.4]),
                ('geometric', [0.03]), ('bernoulli', [0.3]), ('bernoulliTensor', ['float32']),
                ('bernoulliTensor', ['float64']), ('dropout', [0.2]), ('dropout', [0.5]), ('dropout', [0.0]),
                ('dropout', [1.0]), ('randomFull', []),
            ):
                yield [op, d, n, args]
        for scale in (2, 40):
            yield ['poisson', d, 300, [scale]]
            yield ['gamma', d, 300, [scale]]
        for count in (5, 30, 1000):
            yield ['binomial', d, 300, [count]]
        yield ['logNormal', 'float32', 99, [0.3, 0.4]]
        yield ['multinomial', 'int64', 50, [3, 7, True, d]]
        yield ['multinomial', 'int64', 50, [3, 7, False, d]]
        yield ['multinomial', 'int64', 50, [4, 1, True, d]]
    bounds = [['0', '10'], ['-5', '5'], ['0', str(2**28 - 1)], ['3', str(2**28 + 3)], ['0', str(2**31)], ['0', str(2**32 - 1)], ['0', str(2**32)], [str(-2**40), str(2**50)]]
    for b in bounds:
        yield ['randint', 'int64', 100, b]
    yield ['randint', 'int64', 100, [str(-2**62), str(2**62 + 12345)]]
    yield ['randint', 'int64', 100, [str(2**62), str(2**62 + 1000)]]
    yield ['randint', 'int64', 100, [str(-2**63), None]]
    yield ['randint', 'int64', 100, ['-7', None]]
    yield ['randint', 'float32', 100, ['-7', None]]
    yield ['randint', 'float32', 100, ['0', '10']]
    yield ['randint', 'float32', 100, ['0', str(2**24)]]
    yield ['randint', 'float64', 100, ['-10', str(2**34)]]
    yield ['randint', 'int32', 100, ['0', str(2**30)]]
    for d in ('int32', 'int16', 'int8', 'uint8', 'bool', 'int64'):
        yield ['randint', d, 100, ['0', '2']]
        yield ['randomFull', d, 100, []]
        yield ['bernoulli', d, 100, [0.25]]
        if d != 'bool':
            yield ['geometric', d, 100, [0.3]]
            yield ['randperm', d, 100, []]


def answer(case):
    values = run(*case)
    raw = values.numpy().tobytes()
    if case[1] == 'float64' and case[0] in LAST_BIT:
        hashed = values.float().numpy().tobytes()
    else:
        hashed = raw
    state = torch.get_rng_state()
    left = int.from_bytes(bytes(state[8:12].tolist()), 'little')
    following = int.from_bytes(bytes(state[16:20].tolist()), 'little')
    return [*case, hashlib.sha256(hashed).hexdigest()[:16], raw[:16].hex(), left, following]


def state():
    """The generator's bytes; the normal that waits is a float64 too, so it is rounded to float32."""
    state = bytearray(torch.get_rng_state().tolist())
    waiting, = struct.unpack_from('<d', state, NORMAL_Y_AT)
    struct.pack_into('<d', state, NORMAL_Y_AT, torch.tensor(waiting, dtype=torch.float64).float().item())
    return bytes(state)


def golden(seeds):
    out = []
    for seed in seeds:
        torch.manual_seed(seed)
        answers = [answer(c) for c in cases()]
        torch.randn(3)  # leaves a normal waiting in the state
        digest = hashlib.sha256(state()).hexdigest()[:16]
        out.append({'seed': str(seed), 'initialSeed': str(torch.initial_seed()), 'answers': answers, 'state': digest})
    return {'torch': torch.__version__.split('+')[0], 'seeds': out}


if __name__ == '__main__':
    if len(sys.argv) > 1:
        print(json.dumps(golden([int(s) for s in sys.argv[1:]])))
    else:
        path = pathlib.Path(__file__).with_suffix('.json')
        data = golden([0, 1, 42, 2**32 + 5, -1])
        lines = ',\n'.join(json.dumps(s, separators=(',', ':')) for s in data['seeds'])
        path.write_text(f'{{"torch":"{data["torch"]}","seeds":[\n{lines}\n]}}\n')
