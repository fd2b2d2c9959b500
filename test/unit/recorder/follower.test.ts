/** Pages that say the same as the ones before are packed without a look at their rows: to the very numbers that their rows would give. */
import { expect, it } from 'vitest';
import type { Tensor } from '../../../src/engine/tensor';
import type { OpRecord } from '../../../src/recorder/rows';
import { counted, Sink } from '../../../src/recorder/store/stream';
import { backwardFrom, given, leaf, noGrad, op, Script } from './script';

/** Trains with Adam's rule; every page that was followed is compared with what its rows say. Gives how many there were. */
function follow(steps: number, each: (script: Script, step: number, weights: Tensor[]) => void = () => {}) {
  const script = new Script(1 << 22);
  const { shelf } = script.recording.pages;
  const { codec, templates, follower } = shelf;
  const sink = new Sink();
  let followed = 0;
  follower.onFollowed = (page, packed) => {
    followed++;
    const bases = counted(page.bases, packed.iteration);
    sink.reset(bases);
    codec.write(page, sink, []);
    expect([...templates.unpack(packed, bases)]).toEqual([...sink.values.subarray(0, sink.length)]);
  };
  const x = given([20, 8], (i) => Math.sin(i));
  const weights = [leaf(given([16, 8], (i) => Math.cos(i) / 3)), leaf(given([4, 16], (i) => Math.cos(i) / 2))];
  const moments = weights.map(({ shape }) => given([...shape], () => 0));
  for (let n = 1; n <= steps; n++) {
    const y = op('linear', op('tanh', op('linear', x, weights[0])), weights[1]);
    backwardFrom(op('mean', op('mul', y, y)));
    script.recorder.beginStep(0, 'Adam (…)', '{}');
    noGrad(() => {
      for (const [k, p] of weights.entries()) {
        op('lerp_', moments[k], p.grad, 0.1);
        op('add_', p, op('div', moments[k], 1 - 0.9 ** n), -0.1 / (1 - 0.99 ** n));
        script.recorder.state(0, p, 'step', n);
        script.recorder.state(0, p, 'exp_avg', moments[k]);
        p.grad = null;
      }
    });
    script.recorder.endStep();
    each(script, n, weights);
  }
  script.stop();
  return { followed, recording: script.recording };
}

it('are those of a training loop, its changing numbers included', () => {
  const { followed, recording } = follow(60);
  expect(followed).toBeGreaterThan(40);
  const record = [...recording.records()].filter(({ name }) => name === 'div').at(-2)!;
  expect(record.args[1]).toMatchObject({ use: { wrapped: true, value: { data: Float64Array.of(1 - 0.9 ** 60) } } });
});

it('go on after an iteration that did something else', () => {
  const { followed } = follow(90, (_, step, weights) => {
    if (step % 30 === 0) op('sum', weights[0]);
    if (step === 45) op('mul', weights[1], 2);
  });
  expect(followed).toBeGreaterThan(60);
  expect(followed).toBeLessThan(80);
});

it('have the names of their lines, whose numbers may be any', () => {
  const long = `\\n{"k":"object","type":"SGD","repr":"${'x'.repeat(300)}","items":[["lr",{"repr":"1e-05"}],["p",{"k":"tensor","id":3}]]}\\n`;
  const losses = ['-3e-07', '1.5e-09', '2e-05'];
  const told: [frame: number, tick: number, text: string][] = [];
  const { followed, recording } = follow(60, ({ recorder, recording }, step, weights) => {
    const say = (frame: number, line: number, text: string) => {
      recorder.line(frame, 'train.py', line, text);
      told.push([frame, recording.ticks - 1, text]);
    };
    recorder.enterFrame(step, 0, 'step', 'train.py', 1);
    say(step, 1, `{"optimizer":${long}}`);
    say(step, 2, `{"loss":{"k":"tensor","id":${weights[0].id + 7 * step},"type":"Tensor"}}`);
    recorder.leaveFrame(step);
    say(0, 9, `{"i":{"k":"prim","type":"int","repr":"${(step * step) % 97}"}}`);
    say(0, 10, `{"v":{"k":"prim","type":"float","repr":"${losses[step % 3]}"}}`);
  });
  expect(followed).toBeGreaterThan(40);
  expect(told.map(([frame, tick]) => [frame, tick, recording.namesAt(frame, tick)?.value])).toEqual(told);
});

it('are none where a text is like no other', () => {
  const { followed } = follow(60, ({ recorder }, step) => {
    recorder.line(0, 'train.py', 1, `{"s":{"k":"prim","type":"str","repr":"'${step}e+${step}'"}}`);
  });
  expect(followed).toBe(0);
});

/** Records as text. */
const textsOf = (records: Iterable<OpRecord>) =>
  [...records].map(({ index, name, args, outs }) =>
    JSON.stringify([
      index,
      name,
      args.map((a) => ('use' in a ? [a.use.tensor, a.use.value.id, a.use.shape] : 'attr' in a ? a.attr : null)),
      outs.map((o) => o && [o.tensor, o.value.id, o.shape]),
    ]),
  );

it('are read as ever, while they are written and afterwards', () => {
  const seen: string[] = [];
  const { followed, recording } = follow(40, (script, step) => {
    if (step % 7 === 0) seen.push(...textsOf(script.recording.records()).slice(-12));
  });
  const all = new Set(textsOf(recording.records()));
  expect(followed).toBeGreaterThan(20);
  expect(seen.filter((text) => !all.has(text))).toEqual([]);
});
