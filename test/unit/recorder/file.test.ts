/** The recording file: the same bits come back; what is broken or hostile gives a message, never a crash. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '@msgpack/msgpack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHUNK, type FileHeader, type FileSegment } from '../../../src/protocol/recordingFile';
import { load, RecordingFileError, read, save } from '../../../src/recorder/file';
import { filePrefix, packChunk, readChunks, unpack } from '../../../src/recorder/file/chunks';
import { pack, unpackValue } from '../../../src/recorder/file/pack';
import type { Recording } from '../../../src/recorder/recording';
import { Replay } from '../../../src/recorder/replay';
import { inlineValuesOf } from '../../../src/recorder/views/lines';
import { pictureOf } from '../../../src/recorder/views/picture';
import { tensorOf } from '../../../src/recorder/views/tensor';
import { timelineOf } from '../../../src/recorder/views/timeline';
import { updateOf } from '../../../src/recorder/views/update';
import { bits, dice, given, leaf, type Mlp, op, PATH, Script, trainMlp } from './script';

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
      updateOf(r, replay, t, {}),
      inlineValuesOf(r, replay, t, PATH, 0, 99),
      [...r.tensors()].slice(0, 30).map(({ id: tensor }) => tensorOf(r, replay, t, { tensor })),
    ]),
  );
}

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
  });

  it('can be saved again from a file, checkpoints and all', () => {
    const bytes = save(m.script.recording, file('a.backstep'));
    const again = save(load(file('a.backstep')), file('b.backstep'));
    expect(Math.abs(again / bytes - 1)).toBeLessThan(0.02);
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
    script.recording.record(3).args.push({ attr: { odd: 1 } as never });
    expect(() => save(script.recording, path)).toThrow();
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });
});

// ---- what is broken ---------------------------------------------------------------------------------------------

/** A recording of several segments: enough iterations for more than one. */
let whole: Buffer;
let small: Buffer;
beforeAll(() => {
  const path = file('whole.backstep');
  save(trainMlp({ iterations: 200 }).script.recording, path);
  whole = readFileSync(path);
  save(trainMlp({ iterations: 3, rule: 'sgd', dropout: true }).script.recording, path);
  small = readFileSync(path);
});

const message = (bytes: Buffer): string => {
  try {
    return read(bytes).damage ?? 'fine';
  } catch (error) {
    if (!(error instanceof RecordingFileError)) throw error;
    return error.message;
  }
};

describe('a file that is no recording', () => {
  it.each([
    ['', /empty/],
    ['import torch\n', /no Backstep recording/],
    ['BACK', /cut off/],
    ['BACKSTEP', /cut off/],
    ['BACKSTEP\x03\0\0\0', /format 3.*update Backstep/],
    ['BACKSTEP\0\0\0\0', /format 0/],
    ['BACKSTEP\x01\0\0\0', /format 1.*record it again/],
    ['BACKSTEP\x02\0\0\0', /no beginning/],
  ])('%j is refused in plain words', (text, wanted) => {
    expect(message(Buffer.from(text, 'latin1'))).toMatch(wanted);
  });

  it('that is not there is refused in plain words', () => {
    expect(() => load(file('nowhere.backstep'))).toThrow(/cannot be opened/);
    expect(() => load(folder)).toThrow(RecordingFileError);
  });
});

describe('a file that is cut off', () => {
  it('opens up to its last whole segment, and says so', () => {
    const all = read(whole);
    const r = read(whole.subarray(0, whole.length - 40));
    expect(r.ticks).toBe(all.ticks);
    expect(r.damage).toMatch(/not whole: it is cut off after/);
    const half = read(whole.subarray(0, Math.floor(whole.length * 0.8)));
    expect(half.ticks).toBeGreaterThan(4000);
    expect(half.ticks).toBeLessThan(all.ticks);
    expect(half.damage).toMatch(/shown up to iteration \d+/);
    const replay = new Replay();
    const ticks = [0, 1000, half.ticks - 1];
    for (const t of ticks) pictureOf(half, replay, t, false);
    expect(contents(half, replay).length).toBeGreaterThan(100);
    // All but the last iteration say the same as in the whole recording.
    expect([...half.iterations()].slice(0, -1)).toEqual([...all.iterations()].slice(0, half.iterationCount - 1));
  });

  it('before its first segment is refused in plain words', () => {
    const { chunks } = readChunks(whole);
    const header = 12 + 17 + chunks[0].stored.length;
    expect(message(whole.subarray(0, header))).toMatch(/before the first iteration/);
    expect(message(whole.subarray(0, header - 1))).toMatch(/no beginning/);
  });
});

describe('a damaged file', () => {
  it('is noticed by its checksum, and opens up to the damage', () => {
    const bytes = Buffer.from(whole);
    bytes[bytes.length - 2000] ^= 1;
    const r = read(bytes);
    expect(r.damage).toMatch(/checksum/);
    expect(r.ticks).toBeGreaterThan(4000);
  });

  it('gives a message, or what is whole, for 300 random damages', () => {
    const random = dice(1);
    const pick = (n: number) => Math.floor(random() * n);
    const good = read(small).ticks;
    for (let n = 0; n < 300; n++) {
      let bytes = Buffer.from(small);
      const kind = pick(4);
      if (kind === 0) bytes = bytes.subarray(0, pick(bytes.length));
      else if (kind === 1) for (let k = pick(8); k >= 0; k--) bytes[pick(bytes.length)] = pick(256);
      else if (kind === 2) bytes.copyWithin(pick(bytes.length), pick(bytes.length), pick(bytes.length));
      else bytes = Buffer.concat([bytes, Buffer.from([pick(256)]), bytes.subarray(pick(bytes.length))]);
      if (bytes.equals(small)) continue;
      try {
        const r = read(bytes);
        expect(r.damage).not.toBeNull();
        expect(r.ticks).toBeLessThanOrEqual(good);
      } catch (error) {
        expect(error).toBeInstanceOf(RecordingFileError);
        expect((error as Error).message).toMatch(/recording/i);
      }
    }
  });
});

/** The file again with its structure changed, checksums right: what someone makes who means it. */
function forged(change: (parts: { header: FileHeader; segments: FileSegment[] }) => void): Buffer {
  const { chunks } = readChunks(small);
  const parts = chunks.map((c) => ({ kind: c.kind, bytes: unpack(c) }));
  const open = (kind: number) => parts.filter((p) => p.kind === kind).map((p) => decode(new Uint8Array(p.bytes)));
  const [header] = open(CHUNK.header) as FileHeader[];
  const segments = open(CHUNK.segment) as FileSegment[];
  change({ header, segments });
  let next = 0;
  const out = parts.map(({ kind, bytes }) =>
    packChunk(kind, kind === CHUNK.header ? pack(header) : kind === CHUNK.segment ? pack(segments[next++]) : bytes, 1),
  );
  return Buffer.concat([filePrefix(), ...out]);
}

describe('a hostile file', () => {
  const refused: [string, (p: { header: FileHeader; segments: FileSegment[] }) => void, RegExp][] = [
    [
      'an unknown op',
      ({ header }) => header.names.splice(header.names.indexOf('relu'), 1, 'rm_rf'),
      /does not know 'rm_rf'/,
    ],
    [
      'a name of an object',
      ({ header }) => header.names.splice(header.names.indexOf('relu'), 1, '__proto__'),
      /not know/,
    ],
    ['a huge shape', ({ header }) => header.geometries.push([[2 ** 27, 2 ** 27], [0, 0], 0, 0]), /shape/],
    ['a view past the end', ({ header }) => (header.geometries[0][2] = 10 ** 6), /tensor/],
    ['a negative stride', ({ header }) => (header.geometries[0][1] = [-1]), /strides/],
    ['a content of gigabytes', ({ segments }) => (segments[0].values[0][2] = 2 ** 40), /content/],
    [
      'a content outside of its chunk',
      ({ segments }) => (segments[0].values.find((v) => v[6] >= 0)![7] = 2 ** 30),
      /content/,
    ],
    ['a content that is missing', ({ segments }) => Object.assign(segments[0].values[0], { 3: -1, 6: -1 }), /content/],
    [
      'a content made by another op',
      ({ segments }) => Object.assign(segments[0].values[20], { 3: 0, 6: -1 }),
      /content/,
    ],
    ['an op that waits for itself', ({ segments }) => selfish(segments[0]), /argument|content/],
    ['too few arguments', ({ segments }) => segments[0].records[5][4].pop(), /argument|gradient/],
    ['an op without a place', ({ segments }) => (segments[0].records[5][1] = 10 ** 6), /op|tick/],
    ['ticks out of range', ({ segments }) => (segments[0].columns[4] = new Uint8Array(3)), /ticks/],
    ['a frame that calls itself', ({ segments }) => (segments[0].frames[0][1] = 0), /frame/],
    ['a module inside of itself', ({ header }) => (header.modules[0][1] = 2), /module/],
    ['names that are no JSON', ({ segments }) => (segments[0].deltas[0][2] = '{'), /names/],
    ['names of a strange kind', ({ segments }) => (segments[0].deltas[0][2] = '{"a":{"k":"code"}}'), /names/],
    ['iterations out of order', ({ segments }) => segments[0].iterations.reverse(), /iteration/],
    ['a generator of another size', ({ segments }) => (segments[0].words[0] = new Uint8Array(8)), /generator/],
    ['a shape that asks for too much', ({ segments }) => greedy(segments[0]), /shape|argument/],
    ['text where a number belongs', ({ segments }) => ((segments[0].records[2][1] as unknown) = 'x'), /tick/],
    ['parts in another order', ({ segments }) => (segments[0].from = 5), /order|part/],
  ];
  it.each(refused)('with %s is refused', (_, change, wanted) => {
    expect(() => read(forged(change as never))).toThrow(RecordingFileError);
    expect(() => read(forged(change as never))).toThrow(wanted);
  });

  it('that is only put together again is fine', () => {
    expect(message(forged(() => {}))).toBe('fine');
  });

  it('that unpacks to more than it says is refused', () => {
    const bomb = packChunk(CHUNK.header, new Uint8Array(50_000_000), 9);
    bomb.writeUInt32LE(1000, 5);
    expect(() => unpack({ kind: CHUNK.header, length: 1000, stored: bomb.subarray(17) })).toThrow();
  });

  it('with lists longer than itself is refused before memory is taken', () => {
    expect(() => unpackValue(Uint8Array.from([0xdd, 0xff, 0xff, 0xff, 0xff]))).toThrow(/longer/);
    expect(() => unpackValue(new Uint8Array(100_000).fill(0x91))).toThrow(/nested/);
    expect(() => unpackValue(Uint8Array.from([0xc6, 0x7f, 0xff, 0xff, 0xff]))).toThrow(/ends/);
    expect(() => unpackValue(Uint8Array.from([0xd4, 1, 1]))).toThrow(/unknown kind/);
  });

  it('with random changes inside never does worse than a message', () => {
    const random = dice(5);
    const pick = (n: number) => Math.floor(random() * n);
    const odd = [-1, 0, 1, 7, 2 ** 31, 2 ** 53, -(2 ** 40), Number.NaN, '', 'relu', null, true, [], {}];
    let opened = 0;
    for (let n = 0; n < 200; n++) {
      const bytes = forged(({ header, segments }) => {
        let at: unknown = pick(4) === 0 ? header : segments[0];
        for (;;) {
          const keys = Object.keys(at as object);
          if (keys.length === 0) return;
          const key = keys[pick(keys.length)];
          const next = (at as Record<string, unknown>)[key];
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
      } catch (error) {
        // Opened files may still hold a value that replay refuses; that is an error with a message, too.
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(TypeError);
      }
    }
    expect(opened).toBeGreaterThan(5);
  });
});

/** An op's first argument becomes its own result. */
function selfish(s: FileSegment): void {
  const record = s.records.find((x) => x[4][0]?.[0] === 0 && x[5][0])!;
  record[4][0] = [0, record[5][0]!];
  const value = s.values.find((v) => v[0] === record[5][0]![1])!;
  value[6] = -1;
}

function greedy(s: FileSegment): void {
  for (const record of s.records)
    for (const arg of record[4])
      if (arg[0] === 3 && arg[1][0] === 'l') {
        arg[1][1] = [2 ** 26, 2 ** 26];
        return;
      }
}
