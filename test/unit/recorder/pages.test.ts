/** Pages come back from bytes as they were, and a run that repeats itself takes little room. */
import { describe, expect, it } from 'vitest';
import { unobserved } from '../../../src/engine/context';
import { type Page, Runs } from '../../../src/recorder/store/page';
import { Shelf } from '../../../src/recorder/store/shelf';
import { Sink, Source } from '../../../src/recorder/store/stream';
import { Texts } from '../../../src/recorder/store/texts';
import { dice, given, op, trainMlp } from './script';

/** Everything in a page, as text. */
function textOf(page: Page): string {
  const columns = [page.kind, page.phase, page.site, page.frame, page.record, page.pass].map((c) => [...c.toArray()]);
  const plain = (_: string, v: unknown) => {
    if (v instanceof Map) return [...v];
    if (typeof v === 'bigint') return `${v}n`;
    if (Object.is(v, -0)) return '-0';
    if (ArrayBuffer.isView(v)) return [...new Uint8Array(v.buffer, v.byteOffset, v.byteLength)];
    if (v !== null && typeof v === 'object' && 'producerIndex' in v && 'length' in v) {
      const { id, dtype, length, producerIndex, result, iteration } = v as Page['values'][number];
      return {
        id,
        dtype,
        length,
        producerIndex,
        result,
        iteration,
        own: id === 0 ? (v as Page['values'][number]).data : 0,
      };
    }
    if (v !== null && typeof v === 'object' && 'twists' in v) {
      const { kept, twists, seed, left, next, draws, nextFloat, nextDouble } = v as never;
      return [kept, twists, `${seed}`, left, next, draws, nextFloat, nextDouble];
    }
    return v;
  };
  const { values, tensors, frames, passes, outputs, contents, places, grads, names, hypers, states } = page;
  const uses = (list: Page['records'][number]['outs']) =>
    list.map((u) => u && [u.tensor, u.value, u.shape, u.strides, u.offset, u.lens, u.wrapped]);
  const records = page.records.map((x) => ({
    ...[
      x.index,
      x.tick,
      x.kind,
      x.op?.name,
      x.name,
      x.forwardIndex,
      x.gradFn,
      x.random,
      x.module,
      x.site,
      x.defaultDtype,
    ],
    args: x.args.map((a) => ('use' in a ? uses([a.use]) : 'uses' in a ? uses(a.uses) : [a.attr ?? null])),
    outs: uses(x.outs),
    grads: uses(x.grads),
  }));
  const all = [
    columns,
    values,
    records,
    frames,
    passes,
    outputs,
    contents.of,
    places.of,
    grads.of,
    names.of,
    hypers.of,
    states,
  ];
  const known = [...tensors.values()].map((t) => [
    t.id,
    t.dtype,
    t.requiresGrad,
    t.isParameter,
    t.producerIndex,
    t.gradFn,
  ]);
  return JSON.stringify([...all, known], plain, 1);
}

describe('a page', () => {
  it.each(['inplace', 'data', 'sgd'] as const)('of a run updated by %s comes back as it was', (rule) => {
    const { script } = trainMlp({ iterations: 3, rule, dropout: true });
    const r = script.recording;
    script.recorder.output('stdout', 'loss 0.1200 -1e-05 1.0 007 12345678901234567890\n');
    unobserved(() =>
      op(
        'add_',
        given([2], () => 1),
        -0,
      ),
    );
    const pages = [...r.pages.all()];
    const shelf = new Shelf(r, r.generators, (i) => pages[i].bases);
    for (const page of pages) shelf.put(page);
    // A second time around: now there are templates.
    for (const page of pages) {
      const before = textOf(page);
      expect(textOf(shelf.at(page.index))).toBe(before);
      expect([...shelf.ticks(page.index).record.toArray()]).toEqual([...page.record.toArray()]);
    }
  });

  it('takes little room where a run repeats itself, and a tick of it is found', () => {
    const of = (iterations: number) => trainMlp({ iterations, rule: 'sgd', dropout: true, memoryLimit: 100_000 });
    const [short, long] = [of(300), of(900)];
    const each = (long.script.recording.pages.bytes - short.script.recording.pages.bytes) / 600;
    expect(each).toBeLessThan(1500);
    const r = long.script.recording;
    const random = dice(3);
    for (let n = 0; n < 200; n++) {
      const tick = Math.floor(random() * r.ticks);
      const record = r.recordAt(tick);
      if (record) expect(record.tick).toBe(tick);
    }
  });
});

describe('texts', () => {
  it('that differ in their numbers are one text, and come back letter by letter', () => {
    const texts = new Texts();
    const sink = new Sink();
    sink.reset(new Float64Array(9));
    const given = [
      '{"loss":{"k":"tensor","id":12,"type":"Tensor"},"x":{"k":"prim","type":"float","repr":"0.30000000000000004"}}',
      '{"loss":{"k":"tensor","id":94,"type":"Tensor"},"x":{"k":"prim","type":"float","repr":"-1e-07"}}',
      'loss 0.1200 1.0 007 1e5 12345678901234567890 .5 -3 1.50e+10 -0.0\n',
      '',
      '名 \ue000 1',
      '1'.repeat(30_000),
    ];
    const literals: string[] = [];
    for (const text of given) texts.write(sink, literals, text);
    const source = new Source(sink.values.slice(0, sink.length), literals);
    expect(given.map(() => texts.read(source))).toEqual(given);
    expect(texts.patterns.size).toBe(3);
  });
});

it('runs of numbers find the nearest', () => {
  const runs = new Runs();
  for (const n of [2, 3, 4, 9, 9, 10, 20]) runs.add(n);
  expect([1, 2, 8, 9, 15, 99].map((n) => runs.before(n))).toEqual([-1, 2, 4, 9, 10, 20]);
  expect([0, 3, 5, 11, 21].map((n) => runs.after(n))).toEqual([2, 3, 9, 20, -1]);
  expect([runs.total, runs.size]).toEqual([6, 3]);
});
