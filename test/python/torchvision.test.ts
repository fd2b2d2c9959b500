/** torchvision's data sets out of local files: what is there is read, what is not says where to put it. */
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { type Interpreter, startInterpreter } from './interpreter';

let interpreter: Interpreter;
beforeAll(async () => {
  interpreter = await startInterpreter();
  const { FS } = interpreter.python;
  const images = Uint8Array.from([
    0,
    0,
    8,
    3,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    3,
    ...[0, 51, 102, 153, 204, 255],
    ...[1, 2, 3, 4, 5, 6],
  ]);
  FS.mkdirTree('/data/MNIST/raw');
  FS.writeFile('/data/MNIST/raw/train-images-idx3-ubyte', images);
  FS.writeFile('/data/MNIST/raw/train-labels-idx1-ubyte.gz', gzipSync(Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 7, 2])));
});

const DATA = `
import torch
from torchvision import datasets, transforms, utils
def mnist(transform=None, **more):
    return datasets.MNIST('/data', transform=transform, **more)
`;

test.each([
  [
    'd = mnist(transforms.ToTensor(), download=True); print(len(d), d[0])',
    '2 (tensor([[[0.0000, 0.2000, 0.4000],\n         [0.6000, 0.8000, 1.0000]]]), 7)\n',
  ],
  [
    'print(mnist()[1][0].mode, mnist()[1][0].size, mnist()[1][1], mnist().targets, mnist().data.dtype)',
    'L (3, 2) 2 tensor([7, 2]) torch.uint8\n',
  ],
  [
    't = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))]); print(mnist(t)[0][0].flatten().tolist()[::5])',
    '[-1.0, 1.0]\n',
  ],
  [
    'x, y = next(iter(torch.utils.data.DataLoader(mnist(transforms.ToTensor()), batch_size=2))); print(x.shape, y)',
    'torch.Size([2, 1, 2, 3]) tensor([7, 2])\n',
  ],
  [
    'print(utils.make_grid(torch.ones(3, 1, 2, 2), nrow=2, padding=1).sum(0))',
    'tensor([[0., 0., 0., 0., 0., 0., 0.],\n        [0., 3., 3., 0., 3., 3., 0.],\n        [0., 3., 3., 0., 3., 3., 0.],\n        [0., 0., 0., 0., 0., 0., 0.],\n        [0., 3., 3., 0., 0., 0., 0.],\n        [0., 3., 3., 0., 0., 0., 0.],\n        [0., 0., 0., 0., 0., 0., 0.]])\n',
  ],
  [
    'print(transforms.Resize((4, 6))(mnist()[0][0]).size, transforms.CenterCrop(2)(torch.ones(1, 4, 4)).shape)',
    '(6, 4) torch.Size([1, 2, 2])\n',
  ],
])('%s', (code, printed) => {
  expect(interpreter.run(`${DATA}\n${code}`)).toBe(printed);
});

test('what is missing says where to put it', () => {
  expect(interpreter.run(`${DATA}\nmnist(train=False, download=True)`)).toContain(
    'The files of MNIST are not in /data/MNIST/raw, and a script in Backstep has no network. Download t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz from https://',
  );
});
