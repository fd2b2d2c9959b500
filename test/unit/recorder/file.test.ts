/** The recording file: the same bits come back; what is broken or hostile gives a message, never a crash. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { decode } from '@msgpack/msgpack';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canUse, KERNEL_PATHS, kernelPath, useKernels } from '../../../src/engine/wasm/kernels';
import { CHUNK, type FileState } from '../../../src/protocol/recordingFile';
import { load, RecordingFileError, read, save } from '../../../src/recorder/file';
import { MemoryBytes } from '../../../src/recorder/file/bytes';
import { after, chunkAt, filePrefix, type Head, headAt, PREFIX, packChunk } from '../../../src/recorder/file/chunks';
import { pack, unpackValue } from '../../../src/recorder/file/pack';
import { pointer } from '../../../src/recorder/file/pointer';
import { write } from '../../../src/recorder/file/writer';
import type { Recording, TensorUse } from '../../../src/recorder/recording';
import { Replay } from '../../../src/recorder/replay';
import { packNumbers, unpackNumbers } from '../../../src/recorder/store/varints';
import { inlineValuesOf } from '../../../src/recorder/views/lines';
import { pictureOf } from '../../../src/recorder/views/picture';
import { tensorOf } from '../../../src/recorder/views/tensor';
import { timelineOf } from '../../../src/recorder/views/timeline';
import { updateOf } from '../../../src/recorder/views/update';
import { asItGoes, bits, dice, given, leaf, MemoryTarget, type Mlp, op, PATH, Script, trainMlp } from './script';

const folder = mkdtempSync(join(tmpdir(), 'backstep-file-'));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** Every content, as bits. */
const contents = (r: Recording, replay: Replay) =>
  [...r.pages.all()]
    .flatMap((page) => [...page.contents.of].flatMap(([id, changes]) => changes.map((c) => ({ id, ...c }))))
    .sort((a, b) => a.value.id - b.value.id)
    .map(({ id, tick, value }) => `${id}:${tick}:${value.id}:${bits(replay.data(value))}`);

/** What views say at some ticks. */
function views(r: Recording, replay: Replay, ticks: readonly number[]): string[] {
  return ticks.map((t) =>
    JSON.stringify([
      pictureOf(r, replay, t, false),
      timelineOf(r, t, false, 0),
      // The curves and the past gradients are filled in as far as a moment's work goes.
      { ...updateOf(r, replay, t, {}), series: [], past: null },
      inlineValuesOf(r, replay, t, PATH, 0, 99),
      [...r.tensors()].slice(0, 30).map(({ id: tensor }) => tensorOf(r, replay, t, { tensor })),
    ]),
  );
}

// Node 20 has relaxed SIMD behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');

describe('a run computed in one of the ways', () => {
  const usual = kernelPath();
  afterEach(() => useKernels(usual));

  it.each(KERNEL_PATHS.filter(canUse))('comes back bit by bit where another is usual: %s', (path) => {
    useKernels(path);
    const m = trainMlp({ iterations: 10, rule: 'sgd', memoryLimit: 30_000 });
    const wanted = contents(m.script.recording, m.replay);
    save(m.script.recording, file('path.backstep'), { checkpoints: 0 });
    useKernels(path === 'plain' ? 'simd' : 'plain');
    const opened = load(file('path.backstep'));
    expect(kernelPath()).toBe(path);
    expect(contents(opened, new Replay())).toEqual(wanted);
  });

  it('is plain where the file does not say, and damaged where it says something else', () => {
    const m = trainMlp({ iterations: 1, rule: 'sgd' });
    const { origin } = m.script.recording;
    delete origin.kernels;
    save(m.script.recording, file('before.backstep'));
    load(file('before.backstep'));
    expect(kernelPath()).toBe('plain');
    Object.assign(origin, { kernels: 'other' });
    save(m.script.recording, file('before.backstep'));
    expect(() => load(file('before.backstep'))).toThrow(RecordingFileError);
  });
});

describe.each(['inplace', 'data', 'sgd'] as const)('a run updated by %s', (rule) => {
  let m: Mlp;
  beforeAll(() => {
    m = trainMlp({ iterations: 40, rule, dropout: true, memoryLimit: 100_000 });
  });

  it.each([64e6, 20_000, 0])('comes back bit by bit, with %i bytes of checkpoints', (checkpoints) => {
    const r = m.script.recording;
    const path = file(`${rule}.backstep`);
    const bytes = save(r, path, { checkpoints });
    expect(readFileSync(path).length).toBe(bytes);
    const opened = load(path);
    const replay = new Replay();
    expect(opened.damage).toBeNull();
    expect(opened.ticks).toBe(r.ticks);
    expect(contents(opened, replay)).toEqual(contents(r, m.replay));
    const ticks = [0, 100, r.iteration(20).backward + 3, r.ticks - 1];
    expect(views(opened, replay, ticks)).toEqual(views(r, m.replay, ticks));
  });

  it('keeps everything else too', () => {
    const r = m.script.recording;
    const path = file(`${rule}.backstep`);
    save(r, path);
    const o = load(path);
    expect([...o.iterations()]).toEqual([...r.iterations()]);
    expect([...o.passes()]).toEqual([...r.passes()]);
    expect(o.sites).toEqual(r.sites);
    expect([...o.frames()]).toEqual([...r.frames()]);
    const names = (x: Recording, frame: number) =>
      Object.assign({}, ...x.namesBefore(frame, x.ticks).map((c) => JSON.parse(c.value)));
    for (const f of r.frames()) expect(names(o, f.id)).toEqual(names(r, f.id));
    expect([...o.modules]).toEqual([...r.modules]);
    expect([...o.optimizers]).toEqual([...r.optimizers]);
    expect([...o.sources]).toEqual([...r.sources]);
    for (let t = 0; t < r.ticks; t++) {
      const at = (x: Recording) => [
        x.kindAt(t),
        x.phaseAt(t),
        x.siteAt(t),
        x.frameAt(t),
        x.recordAt(t)?.index,
        x.passIndexAt(t),
      ];
      expect(at(o)).toEqual(at(r));
    }
    const records = (x: Recording) =>
      [...x.records()].map((y) => [y.index, y.tick, y.name, y.gradFn, y.forwardOf?.index, y.random?.snapshot()]);
    expect(records(o)).toEqual(records(r));
    const times = (x: Recording) => [...x.records()].map((y) => x.times.at(y.index));
    expect(times(o)).toEqual(times(r));
    expect(times(o).filter((took) => took !== null).length).toBeGreaterThan(10);
  });

  it('can be saved again from a file, checkpoints and all', () => {
    const bytes = save(m.script.recording, file('a.backstep'));
    const again = save(load(file('a.backstep')), file('b.backstep'));
    expect(Math.abs(again / bytes - 1)).toBeLessThan(0.2);
    expect(contents(load(file('b.backstep')), new Replay()).sort()).toEqual(
      contents(m.script.recording, m.replay).sort(),
    );
  });
});

describe('a file', () => {
  it('keeps odd numbers: minus zero, infinities, large integers, float64 and bool elements', () => {
    const script = new Script();
    script.line(1);
    const x = given([4], (i) => [-0, Number.NaN, Number.POSITIVE_INFINITY, 1e-45][i]);
    const y = op('mul', op('mul', x, -0), Number.NEGATIVE_INFINITY);
    const z = op('add', op('zeros', [2], 'int64'), { kind: 'int', value: 2n ** 60n });
    const b = op('ge', op('zeros', [2], 'float64'), 0);
    script.recorder.output('stdout', 'loss 名\n');
    script.stop();
    const path = file('odd.backstep');
    save(script.recording, path, { checkpoints: 0 });
    const o = load(path);
    const replay = new Replay();
    const at = (id: number) => bits(replay.tensor(o.useAt(id, o.ticks - 1)!).values());
    for (const t of [x, y, z, b]) expect(at(t.id)).toBe(bits(t.values()));
    expect([...o.outputs()]).toEqual([...script.recording.outputs()]);
  });

  it('of a run that is still going on, or was ended by an exception, opens', () => {
    const script = new Script();
    const w = leaf(given([2], () => 1));
    script.line(1, { w });
    script.recorder.beginStep(1, 'SGD', '[]');
    op('mul', w, 2);
    script.recording.exception = { type: 'ValueError', message: 'no', traceback: 'Traceback …', tick: 1 };
    script.stop();
    save(script.recording, file('alive.backstep'));
    const o = load(file('alive.backstep'));
    expect(o.exception).toEqual(script.recording.exception);
    expect(o.pass(0).end).toBe(Number.POSITIVE_INFINITY);
    expect(o.damage).toBeNull();
  });

  it('without a single tick opens', () => {
    const script = new Script();
    script.stop();
    save(script.recording, file('empty.backstep'));
    expect(load(file('empty.backstep')).ticks).toBe(0);
  });

  it('replaces the old one only when it is whole', () => {
    const path = file('kept.backstep');
    writeFileSync(path, 'precious');
    const { script } = trainMlp({ iterations: 1 });
    script.recording.script = Symbol('no text') as never;
    expect(() => save(script.recording, path)).toThrow();
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });
});

// ---- what is broken ---------------------------------------------------------------------------------------------

/** A file of a recording as it would be if a run gave it, whatever was done to it. */
function fileOf(r: Recording): Buffer {
  const target = new MemoryTarget();
  write(r, target, { checkpoints: 64e6 });
  return target.bytes;
}

/** Opens a file and asks for everything in it: words for what is wrong, 'fine' where nothing is. Throws what is no error in words. */
function verdict(bytes: Buffer): string {
  try {
    const r = read(bytes);
    if (r.damage) return r.damage;
    const replay = new Replay();
    for (const page of r.pages.all()) expect(page.to).toBeLessThanOrEqual(r.ticks);
    contents(r, replay);
    views(r, replay, [0, Math.floor(r.ticks / 2), r.ticks - 1]);
    return 'fine';
  } catch (error) {
    if (!(error instanceof RecordingFileError)) throw error;
    return error.message;
  }
}

let small: Buffer;
let going: Buffer;
beforeAll(() => {
  small = fileOf(trainMlp({ iterations: 8, rule: 'sgd', dropout: true }).script.recording);
  going = asItGoes(30);
});

describe('a file that is no recording', () => {
  it.each([
    ['', /empty/],
    ['import torch\n', /no Backstep recording/],
    ['BACK', /cut off/],
    ['BACKSTEP', /cut off/],
    ['BACKSTEP\x04\0\0\0', /format 4.*update Backstep/],
    ['BACKSTEP\0\0\0\0', /format 0/],
    ['BACKSTEP\x02\0\0\0', /format 2.*record it again/],
    ['BACKSTEP\x03\0\0\0', /no beginning/],
  ])('%j is refused in plain words', (text, wanted) => {
    expect(verdict(Buffer.from(text, 'latin1'))).toMatch(wanted);
  });

  it('that is not there is refused in plain words', () => {
    expect(() => load(file('nowhere.backstep'))).toThrow(/cannot be opened/);
    expect(() => load(folder)).toThrow(RecordingFileError);
  });
});

describe('a file that is cut off', () => {
  it('opens at any byte, up to the last state before it, and says so', () => {
    const all = read(going);
    const seen = new Set<number>();
    let last = 0;
    for (let at = 0; at < going.length; at += at < 20_000 ? 97 : 1013) {
      const bytes = going.subarray(0, at);
      let r: Recording;
      try {
        r = read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RecordingFileError);
        expect(last).toBe(0);
        continue;
      }
      expect(r.damage).toMatch(/not whole: (it is cut off after|its end is missing).*shown up to iteration \d+/);
      expect(r.ticks).toBeGreaterThanOrEqual(last);
      last = r.ticks;
      if (seen.has(r.ticks)) continue;
      seen.add(r.ticks);
      // All but the last iteration say the same as in the whole recording.
      expect([...r.iterations()].slice(0, -1)).toEqual([...all.iterations()].slice(0, r.iterationCount - 1));
      if (r.ticks === 0 || seen.size % 4 > 0) continue;
      const [one, other] = [new Replay(), new Replay()];
      const ticks = [0, Math.floor(r.ticks / 2), r.ticks - 2];
      for (const t of ticks) pictureOf(r, one, t, false);
      expect(contents(r, one)).toEqual(contents(all, other).slice(0, r.valueCount));
    }
    expect(seen.size).toBeGreaterThan(25);
  });

  it('is a part of the run, too, where it was saved at once', () => {
    const sealed = (r: Recording) => r.iterationCount % 20 === 0 && r.pages.shelf.seal();
    const long = fileOf(trainMlp({ iterations: 200, dropout: true, onIteration: sealed }).script.recording);
    const all = read(long);
    const half = read(long.subarray(0, Math.floor(long.length * 0.7)));
    expect(half.ticks).toBeGreaterThan(600);
    expect(half.ticks).toBeLessThan(all.ticks);
    expect(half.damage).toMatch(/shown up to iteration \d+/);
    const replay = new Replay();
    for (const t of [0, 600, half.ticks - 1]) pictureOf(half, replay, t, false);
    expect([...half.iterations()].slice(0, -1)).toEqual([...all.iterations()].slice(0, half.iterationCount - 1));
  });
});

describe('a small saved copy that is cut off', () => {
  it.each([2, 3, 8, 60])(
    'of %i iterations opens behind its first one, and shows more the later it is cut',
    (iterations) => {
      const { recording } = trainMlp({ iterations, rule: 'sgd', dropout: true }).script;
      const copy = fileOf(recording);
      const all = read(copy);
      const seen = new Set<number>();
      let opens = -1;
      for (let at = 0; at < copy.length; at += 1 + Math.floor(copy.length / 60)) {
        let r: Recording;
        try {
          r = read(copy.subarray(0, at));
        } catch (error) {
          expect(error).toBeInstanceOf(RecordingFileError);
          expect(opens).toBe(-1);
          continue;
        }
        if (opens < 0) opens = at;
        expect(r.damage).toMatch(/not whole: .*shown up to iteration \d+/);
        if (seen.has(r.ticks)) continue;
        expect(r.ticks).toBeGreaterThan(Math.max(0, ...seen));
        seen.add(r.ticks);
        expect([...r.iterations()].slice(0, -1)).toEqual([...all.iterations()].slice(0, r.iterationCount - 1));
        const [one, other] = [new Replay(), new Replay()];
        for (const t of [0, r.ticks >> 1, r.ticks - 1]) pictureOf(r, one, t, false);
        expect(contents(r, one)).toEqual(contents(all, other).slice(0, r.valueCount));
      }
      // What makes up the first iteration is mostly the script and the names: more than half of a very small file.
      expect(opens).toBeGreaterThan(0);
      expect(opens).toBeLessThan(copy.length * 0.7);
      expect(seen.size).toBeGreaterThanOrEqual(iterations < 8 ? 1 : iterations / 8);
    },
  );
});

describe('a damaged file', () => {
  it('says what of it cannot be shown, and shows the rest', () => {
    const bytes = Buffer.from(going);
    const [, , third] = headsOf(bytes, CHUNK.pages);
    bytes[third.at + 40] ^= 1;
    const r = read(bytes);
    expect(r.damage).toBeNull();
    const replay = new Replay();
    const all = read(going);
    let bad = 0;
    for (let i = 0; i < r.iterationCount; i++) {
      const tick = r.iteration(i).start + 5;
      try {
        expect(r.recordAt(tick)?.index).toBe(all.recordAt(tick)?.index);
      } catch (error) {
        expect(error).toBeInstanceOf(RecordingFileError);
        expect((error as Error).message).toMatch(
          /damaged and cannot be shown \(iteration \d+, ticks \d+ to \d+\): .*checksum/,
        );
        bad++;
      }
    }
    expect(bad).toBe(1);
    pictureOf(r, replay, r.iteration(0).start + 20, false);
  });

  it('computes again what was damaged of the elements, where that can be', () => {
    const long = asItGoes(200);
    const bytes = Buffer.from(long);
    // The first has what nothing can compute, the last a checkpoint.
    const chunks = headsOf(bytes, CHUNK.contents);
    expect(chunks.length).toBeGreaterThan(1);
    bytes[chunks.at(-1)!.at + 30] ^= 1;
    const [r, all] = [read(bytes), read(long)];
    const [one, other] = [new Replay(), new Replay()];
    for (let id = r.valueCount; id > 0; id -= 37)
      expect(bits(one.data(r.value(id)))).toBe(bits(other.data(all.value(id))));
    expect(other.replayed).toBeLessThan(one.replayed);
  });

  it.each(['at once', 'as it went'])(
    'gives a message, or what is whole, for 300 random damages of one written %s',
    (how) => {
      const random = dice(1);
      const pick = (n: number) => Math.floor(random() * n);
      const good = how === 'at once' ? small : going.subarray(0, going.length >> 1);
      const { ticks } = read(good);
      for (let n = 0; n < 300; n++) {
        let bytes = Buffer.from(good);
        const kind = pick(4);
        if (kind === 0) bytes = bytes.subarray(0, pick(bytes.length));
        else if (kind === 1) for (let k = pick(8); k >= 0; k--) bytes[pick(bytes.length)] = pick(256);
        else if (kind === 2) bytes.copyWithin(pick(bytes.length), pick(bytes.length), pick(bytes.length));
        else bytes = Buffer.concat([bytes, Buffer.from([pick(256)]), bytes.subarray(pick(bytes.length))]);
        try {
          const r = read(bytes);
          expect(r.ticks).toBeLessThanOrEqual(ticks);
          const replay = new Replay();
          for (const t of [0, Math.floor(r.ticks / 2), Math.max(0, r.ticks - 1)]) pictureOf(r, replay, t, false);
          // What it does not say itself was mended, or is not part of the run.
          if (r.damage === null) expect(contents(r, replay)).toEqual(contents(read(good), new Replay()));
        } catch (error) {
          if (!(error instanceof RecordingFileError)) throw error;
          expect(error.message).toMatch(/recording/i);
        }
      }
    },
  );
});

const headsOf = (bytes: Buffer, kind: number): Head[] => {
  const found: Head[] = [];
  for (let at = PREFIX; at < bytes.length; ) {
    const head = headAt(new MemoryBytes(bytes), at) as Head;
    if (head.kind === kind) found.push(head);
    at = after(head);
  }
  return found;
};

/** The file again with its last state changed, checksums right: what someone makes who means it. */
function forgedState(change: (state: FileState) => void): Buffer {
  const file = new MemoryBytes(small);
  const at = headsOf(small, CHUNK.state).at(-1)!.at;
  const state = decode(chunkAt(file, at, CHUNK.state)) as FileState;
  change(state);
  return Buffer.concat([small.subarray(0, at), packChunk(CHUNK.state, pack(state), 1), pointer(at)]);
}

/** A file of a run that says what no run does. Its pages are all unsettled: they are written as they are here. */
function forgedRun(change: (r: Recording) => void): Buffer {
  const { recording } = trainMlp({ iterations: 3, rule: 'sgd', dropout: true }).script;
  expect(recording.pages.settled).toBe(0);
  change(recording);
  return fileOf(recording);
}

const use = (r: Recording, i: number): { -readonly [K in keyof TensorUse]: TensorUse[K] } =>
  (r.record(i).args[0] as { use: TensorUse }).use;

describe('a hostile file', () => {
  const states: [string, (s: FileState) => void, RegExp][] = [
    ['an unknown op', (s) => s.words.splice(s.words.indexOf('relu'), 1, 'rm_rf'), /does not know 'rm_rf'/],
    ['a name of an object', (s) => s.words.splice(s.words.indexOf('relu'), 1, '__proto__'), /not know/],
    ['a name twice', (s) => s.words.splice(3, 1, s.words[2]), /names/],
    ['a huge shape', (s) => s.geometries.push([[2 ** 27, 2 ** 27], [0, 0], 0, 0]), /shape/],
    ['a negative stride', (s) => (s.geometries[0][1] = [-1]), /strides/],
    ['a module inside of itself', (s) => (s.modules[0][1] = 2), /module/],
    [
      'iterations out of order',
      (s) => (s.iterations[0] = packNumbers([0, 900, 300, 500, 600, 700, 800, 950])),
      /iteration|phase/,
    ],
    ['a generator of another size', (s) => (s.generators = new Uint8Array(8)), /generator/],
    ['pages out of order', (s) => (s.starts[0] = packNumbers([0, 900, 300, 500, 600, 700, 800, 950])), /order/],
    ['more pages than there are', (s) => s.pages.splice(0, 1, packNumbers([0, 0, 0])), /pages/],
    [
      'a page outside of its piece',
      (s) => (s.pages[3] = packNumbers(unpackNumbers(s.pages[3]).map((n) => n + 2 ** 20))),
      /page/,
    ],
    ['no page', (s) => (s.open = []), /page/],
    ['text where a number belongs', (s) => ((s.sites[0][1] as unknown) = 'x'), /line/],
    ['parts in another order', (s) => (s.before[0] = 5), /order/],
    ['numbers that do not end', (s) => (s.leaves = Uint8Array.of(255, 255, 255)), /number/],
    ['numbers without bound', (s) => (s.leaves = new Uint8Array(400).fill(255)), /number/],
    ['an origin that is none', (s) => (s.origin = '{"entropy":"x"}'), /origin/],
    ['a frame that calls itself', (s) => s.frames.push([3, 3, 'f', 'p', 1, 0, 0]), /frame/],
  ];
  it.each(states)('with %s is refused', (_, change, wanted) => {
    expect(verdict(forgedState(change as never))).toMatch(wanted);
    expect(verdict(forgedState(change as never))).toMatch(/recording/);
  });

  const runs: [string, (r: Recording) => void, RegExp][] = [
    ['a content of gigabytes', (r) => ((r.value(9) as { length: number }).length = 2 ** 40), /content/],
    ['a content made by another op', (r) => ((r.value(20) as { producerIndex: number }).producerIndex = 0), /content/],
    ['too few arguments', (r) => r.record(5).args.pop(), /argument|gradient/],
    ['an op without a place', (r) => (r.record(5).tick = 10 ** 6), /op|tick/],
    ['an op of a tensor that is none', (r) => (use(r, 9).tensor = 2 ** 40), /tensor/],
    ['ticks out of order', (r) => r.pages.hot[0].record.set(r.record(5).tick, 3), /tick/],
    ['ticks of no kind', (r) => r.pages.hot[1].kind.set(7, 77), /tick/],
    ['a line that is none', (r) => r.pages.hot[1].site.set(7, 7777), /line/],
    ['a frame below itself', (r) => (r.pages.hot[0].frames.get(0)!.parent = 5), /frame/],
    ['names that are no JSON', (r) => r.pages.addNames(0, r.ticks - 1, '{'), /names/],
    ['names of a strange kind', (r) => r.pages.addNames(0, r.ticks - 1, '{"a":{"k":"code"}}'), /names/],
    ['a shape that asks for too much', (r) => greedy(r), /shape|argument/],
    [
      'a generator of nowhere',
      (r) => Object.assign([...r.records()].find((x) => x.random)!.random!, { kept: 99 }),
      /generator/,
    ],
    [
      'a generator far away',
      (r) => Object.assign([...r.records()].find((x) => x.random)!.random!, { twists: 1e12 }),
      /generator/,
    ],
  ];
  it.each(runs)('with %s is refused', (_, change, wanted) => {
    expect(verdict(forgedRun(change as never))).toMatch(wanted);
    expect(verdict(forgedRun(change as never))).toMatch(/recording/);
  });

  it('that is only put together again is fine', () => {
    expect(verdict(forgedState(() => {}))).toBe('fine');
    // Files that were written before ops were timed.
    const untimed = (s: Partial<FileState>) => {
      delete s.times;
      delete s.timesFrom;
    };
    expect(verdict(forgedState(untimed))).toBe('fine');
    expect(verdict(forgedRun(() => {}))).toBe('fine');
  });

  it('shows no element that is not there', () => {
    const past = read(forgedRun((r) => (use(r, 9).offset = 10 ** 6)));
    expect(() => new Replay().tensor(use(past, 9))).toThrow(/cannot be/);
    const gone = read(forgedRun((r) => Object.assign(r.value(1), { producerIndex: -1 }) && r.store.clear()));
    expect(() => new Replay().data(gone.value(1))).toThrow(/left out/);
  });

  it('with an op that waits for itself gives an error, not a wait', () => {
    const r = read(forgedRun(selfish));
    const replay = new Replay();
    for (const v of r.values()) {
      try {
        replay.data(v);
      } catch (error) {
        expect((error as Error).message).toMatch(/came after|another result|left out/);
      }
    }
  });

  it('that unpacks to more than it says is refused', () => {
    const bomb = packChunk(CHUNK.pages, new Uint8Array(50_000_000), 9);
    bomb.writeUInt32LE(bomb.length, 5);
    const sum = createHash('sha256').update(bomb.subarray(0, 9)).update(bomb.subarray(17)).digest();
    sum.copy(bomb, 9, 0, 8);
    const bytes = Buffer.concat([filePrefix(), bomb]);
    expect(() => chunkAt(new MemoryBytes(bytes), PREFIX, CHUNK.pages)).toThrow(/larger/);
  });

  it('with lists longer than itself is refused before memory is taken', () => {
    expect(() => unpackValue(Uint8Array.from([0xdd, 0xff, 0xff, 0xff, 0xff]))).toThrow(/longer/);
    expect(() => unpackValue(new Uint8Array(100_000).fill(0x91))).toThrow(/nested/);
    expect(() => unpackValue(Uint8Array.from([0xc6, 0x7f, 0xff, 0xff, 0xff]))).toThrow(/ends/);
    expect(() => unpackValue(Uint8Array.from([0xd4, 1, 1]))).toThrow(/unknown kind/);
    const many = new Uint8Array(5_000_000).fill(0x90);
    many.set([0xdd, 0, 0x4c, 0x4b, 0x3b]);
    expect(() => unpackValue(many)).toThrow(/too many parts/);
    expect(() => unpackNumbers(new Uint8Array(20_000_000))).toThrow(/too many numbers/);
  });

  it('with random changes inside never does worse than a message', () => {
    const random = dice(5);
    const pick = (n: number) => Math.floor(random() * n);
    const odd = [-1, 0, 1, 7, 2 ** 31, 2 ** 53, -(2 ** 40), Number.NaN, '', 'relu', null, true, [], {}];
    let opened = 0;
    for (let n = 0; n < 250; n++) {
      const bytes = forgedState((state) => {
        let at: unknown = state;
        for (;;) {
          const keys = Object.keys(at as object);
          if (keys.length === 0) return;
          const key = keys[pick(keys.length)];
          const next = (at as Record<string, unknown>)[key];
          if (next instanceof Uint8Array && next.length > 0 && pick(4) > 0) {
            // Mostly structures of pages, and numbers about them.
            next[pick(next.length)] = pick(256);
            return;
          }
          if (typeof next === 'object' && next !== null && !(next instanceof Uint8Array) && pick(12) > 0) at = next;
          else {
            (at as Record<string, unknown>)[key] = odd[pick(odd.length)];
            return;
          }
        }
      });
      try {
        const r = read(bytes);
        opened++;
        const replay = new Replay();
        for (const t of [0, Math.floor(r.ticks / 2), r.ticks - 1]) views(r, replay, [t]);
        contents(r, replay);
      } catch (error) {
        // Opened files may still hold a value that replay refuses; that is an error with a message, too.
        expect(error).toBeInstanceOf(Error);
        if (error instanceof TypeError) throw error;
      }
    }
    expect(opened).toBeGreaterThan(20);
  });
});

/** An op's first argument becomes its own result. */
function selfish(r: Recording): void {
  const record = [...r.records()].find((x) => x.name === 'relu')!;
  r.store.clear();
  Object.assign(use(r, record.index), { id: record.outs[0]!.value.id });
}

function greedy(r: Recording): void {
  for (const { args } of r.records())
    for (const arg of args)
      if ('attr' in arg && Array.isArray(arg.attr)) {
        (arg as { attr: unknown }).attr = [2 ** 26, 2 ** 26];
        return;
      }
}
