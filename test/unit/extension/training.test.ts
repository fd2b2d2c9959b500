import { expect, test } from 'vitest';
import { torchImportLine } from '../../../src/extension/training';

test.each([
  ['import torch\n', 0],
  ['"""doc"""\nimport os\nimport torch.nn as nn\n', 2],
  ['import os\nfrom torch import nn', 1],
  ['def f():\n    import torch\n', 1],
])('finds the import in %j', (text, line) => {
  expect(torchImportLine(text)).toBe(line);
});

test.each(['import torchvision\n', '# import torch\n', 'x = "import torch"', ''])('finds none in %j', (text) => {
  expect(torchImportLine(text)).toBeNull();
});
