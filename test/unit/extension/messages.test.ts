import { expect, test } from 'vitest';
import { readFromWebview } from '../../../src/extension/messages';

test.each([
  { type: 'ready' },
  { type: 'seek', tick: 12 },
  { type: 'move', move: 'stepBack' },
  { type: 'inspect', ref: null },
  { type: 'inspect', ref: { tensor: 3, part: 'state:momentum_buffer', slice: [0], row0: 64, col0: 0 } },
  { type: 'optimizer', open: true, parameter: 2, element: [0, 1] },
  { type: 'inspect', ref: { tensor: 4, axes: [2, 0], against: 'iteration', images: 24 } },
  { type: 'explain', question: { tick: 9, element: [0, 1], tensor: 3, at: [2] } },
  { type: 'check', question: { op: 12 } },
  { type: 'cells', question: { tensor: 4, row0: 64 } },
  { type: 'text', ref: { tensor: 4, part: 'grad' }, as: 'csv', to: 'editor' },
  { type: 'plane', axes: { kind: 'elements', x: { tensor: 1, element: [0] }, y: { tensor: 2, element: [] } }, n: 25 },
  { type: 'plane', axes: { kind: 'random', seed: 3 } },
  { type: 'plane', axes: null },
  { type: 'reveal', path: '/a/train.py', line: 3, focus: true },
  { type: 'mark', path: '/a/train.py', line: 3 },
  { type: 'unmark' },
  { type: 'copy', text: '1.5' },
])('takes %j', (message) => {
  expect(readFromWebview(message)).toBe(message);
});

test.each([
  null,
  'ready',
  {},
  { type: 'toString' },
  { type: 'eval', code: '1' },
  { type: 'seek', tick: '12' },
  { type: 'seek', tick: 1.5 },
  { type: 'move', move: 'constructor' },
  { type: 'inspect', ref: { tensor: -1 } },
  { type: 'inspect', ref: { tensor: 1, part: '__proto__' } },
  { type: 'optimizer', open: 1 },
  { type: 'inspect', ref: { tensor: 4, axes: [2] } },
  { type: 'inspect', ref: { tensor: 4, against: 'then' } },
  { type: 'explain', question: { tick: -1 } },
  { type: 'check', question: { tensor: 1, op: 12 } },
  { type: 'check', question: {} },
  { type: 'text', ref: { tensor: 4 }, as: 'exe', to: 'editor' },
  { type: 'plane', axes: { kind: 'elements', x: { tensor: 1, element: [-1] }, y: { tensor: 2, element: [] } } },
  { type: 'plane', axes: { kind: 'sphere' } },
  { type: 'reveal', path: 'train.py', line: 3, focus: true },
  { type: 'reveal', path: '/a/train.py', line: 0, focus: true },
  { type: 'copy', text: {} },
])('refuses %j', (message) => {
  expect(readFromWebview(message)).toBeNull();
});
