/** Halves and complex numbers in a recording: replay and the file give the same bits, views show them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Tensor } from '../../../src/engine/tensor';
import { load, save } from '../../../src/recorder/file';
import type { Recording } from '../../../src/recorder/recording';
import { Replay } from '../../../src/recorder/replay';
import { tensorOf } from '../../../src/recorder/views/tensor';
import { backwardFrom, bits, leaf, noGrad, op, Script } from './script';

const folder = mkdtempSync(join(tmpdir(), 'backstep-dtypes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const I = { kind: 'complex', value: 0.5, imag: 1 };

/** A few iterations over every new dtype, with writes in place through views of parts and of conjugates. */
function run(memoryLimit?: number): Script {
  const script = new Script(memoryLimit, '');
  const w = leaf(Tensor.of('complex64', [3], Float32Array.of(1, 2, 3, 4, 5, 6)));
  const h = leaf(Tensor.of('bfloat16', [3], Float32Array.of(1, 2, 3)));
  const state = Tensor.zeros('complex128', [3]);
  for (let i = 0; i < 30; i++) {
    script.line(1, { w, h, state });
    const noise = op('randn', [3], 'complex64');
    const half = op('mul', op('rand', [3], 'float16'), op('to_dtype', h, 'float16'));
    const z = op('_fft_c2c', op('mul', op('add', w, noise), I), [0], 1, true);
    const loss = op('add', op('sum', op('abs', op('mul', op('conj', z), half))), op('sum', h));
    script.line(2, { loss });
    backwardFrom(op('to_dtype', loss, 'float32'));
    script.line(3);
    noGrad(() => {
      op('add_', state, op('conj', w.grad!));
      op('mul_', op('imag', state), 0.5);
      op('mul_', op('view_as_real', w), 0.99);
      op('sub_', h, op('mul', h.grad!, 0.01));
      op('zero_', w.grad!);
      op('zero_', h.grad!);
    });
  }
  return script;
}

const contents = (r: Recording, replay: Replay) =>
  [...r.values()].map((v) => `${v.dtype} ${v.length} ${bits(replay.data(v))}`);

it('is replayed and read from a file bit by bit', () => {
  const whole = run();
  const truth = contents(whole.recording, new Replay());
  const dropped = run(2000);
  const held = [...dropped.recording.values()].filter((v) => v.data !== null);
  expect(held.length).toBeLessThan(truth.length / 2);
  const replay = new Replay();
  expect(contents(dropped.recording, replay)).toEqual(truth);
  expect(replay.replayed).toBeGreaterThan(100);
  const path = join(folder, 'run.backstep');
  save(dropped.recording, path, { checkpoints: 500 });
  const opened = load(path);
  expect(opened.damage).toBeNull();
  const again = new Replay();
  expect(contents(opened, again)).toEqual(truth);
  const ticks = [5, dropped.recording.ticks - 1];
  const views = (r: Recording, p: Replay) =>
    ticks.map((tick) => [...r.tensors()].map(({ id: tensor }) => tensorOf(r, p, tick, { tensor })));
  const shown = views(opened, again);
  expect(shown).toEqual(views(dropped.recording, replay));
  expect(new Set(shown.flat().map((v) => v.dtype))).toContain('complex128');
});
