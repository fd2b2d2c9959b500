import { beforeAll, describe, expect, test } from 'vitest';
import { type Interpreter, startInterpreter } from './interpreter';

let run: Interpreter['run'];
beforeAll(async () => {
  ({ run } = await startInterpreter());
});

const last = (text: string) => text.trimEnd().split('\n').at(-1);

describe('a name that PyTorch has and Backstep has not', () => {
  test('says so, with the line of the script and the coverage page', () => {
    expect(last(run('import torch\n\ntorch.sspaddmm(1)'))).toBe(
      'AttributeError: torch.sspaddmm is not in Backstep yet (train.py:3). Close to it: torch.addmm. What is there: COVERAGE.md',
    );
  });
  test('names what is close to it', () => {
    expect(run('import torch\ntorch.ones(1).smm')).toMatch(
      /torch\.Tensor\.smm is not in Backstep yet \(train\.py:2\)\. Close to it: torch\.Tensor\.mm/,
    );
  });
  test('says so to from … import', () => {
    expect(last(run('from torch import sspaddmm'))).toBe(
      'ImportError: torch.sspaddmm is not in Backstep yet (train.py:1). Close to it: torch.addmm. What is there: COVERAGE.md',
    );
    expect(last(run('from torch.cuda import make_graphed_callables'))).toMatch(
      /^ImportError: torch\.cuda\.make_graphed_callables is not in Backstep yet/,
    );
  });
  test('is not there for hasattr and getattr with a default', () => {
    expect(
      run(
        "import torch\nprint(hasattr(torch, 'sspaddmm'), getattr(torch, 'sspaddmm', 7), hasattr(torch.ones(1), 'smm'))",
      ),
    ).toBe('False 7 False\n');
  });
  test('says so for a dtype and a device', () => {
    expect(run('import torch\ntorch.ones(1, dtype=torch.complex32)')).toMatch(
      /dtype torch\.complex32 is not in Backstep yet/,
    );
    expect(run("import torch\ntorch.ones(1).to('xla')")).toMatch(/device 'xla' is not in Backstep yet/);
  });
});

describe('a name that PyTorch does not have', () => {
  test.each([
    ['import torch\ntorch.foo', "AttributeError: module 'torch' has no attribute 'foo'"],
    ['import torch\ntorch.ones(1).foo', "AttributeError: 'Tensor' object has no attribute 'foo'"],
    ['import torch\ntorch.Tensor.foo', "AttributeError: type object 'torch.Tensor' has no attribute 'foo'"],
    ['from torch import foo', "ImportError: cannot import name 'foo' from 'torch' (/lib/backstep/torch/__init__.py)"],
  ])('%s', (source, words) => {
    expect(last(run(source))?.replace("'Tensor' has", "'torch.Tensor' has")).toBe(words);
  });
});

describe('errors inside Backstep', () => {
  test('come as RuntimeError, without a JavaScript stack', () => {
    const text = run('from torch import _bridge\n_bridge.function("shape")(123456)');
    expect(text).toMatch(/^RuntimeError: internal error in Backstep: handle 123456 is not in use/m);
    expect(text).not.toMatch(/\.mjs|\.ts:|at /);
  });
  test('too large a tensor is refused, not a crash', () => {
    expect(run('import torch\ntorch.zeros(10**6, 10**7)')).toMatch(/^RuntimeError: .*allocate/m);
  });
});

describe('memory', () => {
  test('handles of tensors that are gone are used again', () => {
    const counted = run(
      'import torch\nfrom torch import _bridge\nx = torch.ones(3)\nfor _ in range(5000): x + 1\nprint(_bridge._js.live())',
    );
    expect(Number(counted)).toBeLessThan(1000);
  });
  test('big tensors do not wait for a batch, not even the first ones', () => {
    const counted = run(
      'import torch\nfrom torch import _bridge\nx = torch.ones(2**22)\nfor _ in range(300): torch.ones(2) + 1\n_bridge.flush()\nbefore = _bridge._js.live()\nfor _ in range(20): x + 1\nprint(_bridge._js.live() - before)',
    );
    expect(Number(counted)).toBeLessThan(8);
  });
  test('handles of big tensors are used again', () => {
    const counted = run(
      'import torch\nfrom torch import _bridge\n_bridge.flush()\nx = torch.ones(2**22)\nbefore = _bridge._js.live()\nfor _ in range(100): x + 1\nprint(_bridge._js.live() - before)',
    );
    expect(Number(counted)).toBeLessThan(80);
  });
});
