/** A script without Python: drives the engine and the recorder as the tracer and the bridge would. */
import { backward } from '../../../src/engine/autograd/backward';
import { context, unobserved, withGrad } from '../../../src/engine/context';
import { call } from '../../../src/engine/dispatch';
import type { Data } from '../../../src/engine/dtype';
import { op as defineOp, type Op } from '../../../src/engine/op';
import { Generator } from '../../../src/engine/random/generator';
import { Tensor } from '../../../src/engine/tensor';
import '../../../src/engine/ops';
import type { LocalsDelta, RecordedValue } from '../../../src/protocol/recorded';
import type { Target } from '../../../src/recorder/file/bytes';
import { RunWriter } from '../../../src/recorder/file/writer';
import { Recorder } from '../../../src/recorder/recorder';
import type { Recording, TensorUse } from '../../../src/recorder/recording';
import { Replay } from '../../../src/recorder/replay';
import type { Scratch } from '../../../src/recorder/store/shelf';

/** The test's own random op: uniform draws, in the generator's order. */
export const draw: Op = defineOp<[number[]]>({
  schema: 'draw(int[] size) -> Tensor',
  faces: [],
  random: true,
  formula: 'y ~ U(0, 1)',
  forward: (size) => {
    const out = Tensor.zeros('float32', [...size]);
    for (let i = 0; i < out.count; i++) out.storage.data[i] = context.generator.uniform32();
    return out;
  },
  samples: () => [],
});

export const PATH = '/work/train.py';

export class Script {
  readonly recorder: Recorder;
  private frames = [0];
  private next = 1;

  constructor(memoryLimit = 2 ** 36, source = '', scratch?: Scratch) {
    this.recorder = new Recorder({ memoryLimit, scratch });
    context.generator = new Generator();
    context.defaultDtype = 'float32';
    context.gradEnabled = true;
    this.recorder.recording.script = PATH;
    this.recorder.recording.sources.set(PATH, source);
    this.recorder.attach();
    this.recorder.enterFrame(0, null, '<module>', PATH, 1);
  }

  get recording(): Recording {
    return this.recorder.recording;
  }

  /** A line is about to run; `names` are the locals that the line before gave. */
  line(line: number, names: Record<string, Tensor | { module: number; type: string }> = {}): void {
    const delta: LocalsDelta = {};
    for (const [name, v] of Object.entries(names))
      delta[name] = (
        v instanceof Tensor ? { k: 'tensor', id: v.id, type: 'Tensor' } : { k: 'module', id: v.module, type: v.type }
      ) satisfies RecordedValue;
    const json = Object.keys(delta).length ? JSON.stringify(delta) : null;
    this.recorder.line(this.frames[this.frames.length - 1], PATH, line, json);
  }

  /** Runs `body` in a frame of its own. */
  frame<T>(name: string, line: number, body: () => T): T {
    const id = this.next++;
    this.recorder.enterFrame(id, this.frames[this.frames.length - 1], name, PATH, line);
    this.frames.push(id);
    try {
      return body();
    } finally {
      this.frames.pop();
      this.recorder.leaveFrame(id);
    }
  }

  inModule<T>(id: number, body: () => T): T {
    this.recorder.enterModule(id);
    try {
      return body();
    } finally {
      this.recorder.exitModule();
    }
  }

  stop(): void {
    context.observer = null;
  }
}

export const op = (name: string, ...args: unknown[]): Tensor => call(name, ...args) as Tensor;
export const noGrad = <T>(body: () => T): T => withGrad(false, body);
export const backwardFrom = (loss: Tensor, retainGraph = false): void => {
  backward([{ tensor: loss, grad: null }], { retainGraph, createGraph: false, accumulate: true });
};

export function leaf(t: Tensor): Tensor {
  t.leafRequiresGrad = true;
  return t;
}

/** Elements from Python's side: nobody recorded how they came to be. */
export function given(shape: number[], f: (i: number) => number): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return Tensor.of(
    'float32',
    shape,
    Float32Array.from({ length: n }, (_, i) => f(i)),
  );
}

/** A second handle on the same memory, as `.data` gives. */
export const dataOf = (t: Tensor): Tensor => t.alias(t.shape, t.strides);

/** A small repeatable generator. */
export function dice(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 4294967296;
  };
}

export const copyOf = (t: Tensor): number[] => unobserved(() => Array.from(t.values() as Float32Array, Number));

/** The bits of a content. */
export const bits = (d: Data): string => Buffer.from(d.buffer, d.byteOffset, d.byteLength).toString('base64');

export const bitsOf = (replay: Replay, use: TensorUse): string => bits(replay.tensor(use).values());

export interface Mlp {
  script: Script;
  replay: Replay;
  params: { name: string; tensor: Tensor }[];
  velocities: Tensor[];
  /** Copies that were made while it ran, per iteration: weights, velocities, gradients, loss. */
  seen: { weights: number[][]; velocities: number[][]; grads: number[][]; loss: number; tick: number }[];
  X: Tensor;
  losses: Tensor[];
}

export interface MlpOptions {
  iterations: number;
  memoryLimit?: number;
  /** `inplace`: v.mul_(), w.add_(v); `data`: `w.data = w.data + v`; `sgd`: as torch.optim.SGD does. */
  rule?: 'inplace' | 'data' | 'sgd';
  samples?: number;
  features?: number;
  dropout?: boolean;
  /** Called where an iteration begins. */
  onIteration?: (recording: Recording) => void;
}

export const SOURCE = [
  'X = torch.rand(50, 20) * 100', // 1
  'y = onehot', // 2
  'net = Model()', // 3
  'v = [torch.zeros(p.shape) for p in net.parameters()]', // 4
  'for i in range(n):', // 5
  '    zhat = net(X)', // 6
  '    loss = criterion(zhat, y)', // 7
  '    loss.backward()', // 8
  '    for p, v in zip(net.parameters(), vs):', // 9
  '        v.mul_(0.9).sub_(0.1 * p.grad)', // 10
  '        p.data.add_(v)', // 11
  '    net.zero_grad()', // 12
  'def forward(self, x):', // 13
  '    sigma1 = torch.relu(self.linear1(x))', // 14
  '    sigma2 = torch.sigmoid(self.linear2(sigma1))', // 15
  '    return self.output(sigma2)', // 16
].join('\n');

export const LR = 0.1;
export const GAMMA = 0.9;

/** The tutorial's network, trained with momentum: 20 -> 13 -> 8 -> 3. */
export function trainMlp(options: MlpOptions): Mlp {
  const { iterations, memoryLimit, rule = 'inplace', samples = 50, features = 20 } = options;
  const script = new Script(memoryLimit, SOURCE);
  const { recorder } = script;
  script.line(1);
  const X = op('mul', op('draw', [samples, features]), 2);
  script.line(2, { X });
  const y = given([samples, 3], (i) => (((i / 3) | 0) % 3 === i % 3 ? 1 : 0));
  script.line(3, { y });
  const shapes: [string, string, number[]][] = [
    ['linear1', 'weight', [13, features]],
    ['linear2', 'weight', [8, 13]],
    ['output', 'weight', [3, 8]],
    ['output', 'bias', [3]],
  ];
  recorder.module(1, null, '', 'Model', '');
  const ids: Record<string, number> = { linear1: 2, linear2: 3, output: 4 };
  for (const [name, id] of Object.entries(ids)) recorder.module(id, 1, name, 'Linear', 'in_features=…');
  const params = shapes.map(([module, name, shape]) => {
    const tensor = leaf(op('sub', op('draw', shape), 0.5));
    recorder.parameter(ids[module], name, tensor);
    return { name: `${module}.${name}`, tensor };
  });
  script.line(4, {});
  const velocities = params.map(({ tensor }) => op('zeros', tensor.shape));
  const [w1, w2, w3, b3] = params.map((p) => p.tensor);
  const seen: Mlp['seen'] = [];
  const losses: Tensor[] = [];
  for (let i = 0; i < iterations; i++) {
    options.onIteration?.(script.recording);
    script.line(5);
    script.line(6);
    const zhat = script.inModule(1, () =>
      script.frame('forward', 13, () => {
        script.line(14, { x: X });
        const z1 = script.inModule(2, () => op('linear', X, w1));
        let sigma1 = op('relu', z1);
        if (options.dropout) sigma1 = op('mul', sigma1, op('draw', sigma1.shape));
        script.line(15, { sigma1 });
        const sigma2 = op(
          'sigmoid',
          script.inModule(3, () => op('linear', sigma1, w2)),
        );
        script.line(16, { sigma2 });
        return script.inModule(4, () => op('linear', sigma2, w3, b3));
      }),
    );
    script.line(7, { zhat });
    const d = op('sub', zhat, y);
    const loss = op('mean', op('mul', d, d));
    losses.push(loss);
    script.line(8, { loss });
    backwardFrom(loss);
    const grads = params.map((p) => copyOf(p.tensor.grad!));
    if (rule === 'sgd') {
      script.line(9);
      recorder.beginStep(1, 'SGD (…)', JSON.stringify([{ lr: LR, momentum: GAMMA, dampening: 0, weight_decay: 0 }]));
      noGrad(() => {
        params.forEach(({ tensor }, k) => {
          if (i === 0) velocities[k] = op('clone', tensor.grad!);
          else op('add_', op('mul_', velocities[k], GAMMA), tensor.grad!);
          recorder.state(1, tensor, 'momentum_buffer', velocities[k]);
          op('add_', tensor, velocities[k], -LR);
        });
      });
      recorder.endStep();
    } else
      params.forEach(({ tensor }, k) => {
        script.line(10, { p: tensor, v: velocities[k] });
        if (rule === 'inplace') {
          op('sub_', op('mul_', velocities[k], GAMMA), op('mul', tensor.grad!, LR));
          script.line(11);
          op('add_', dataOf(tensor), velocities[k]);
        } else {
          const v = op('sub', op('mul', velocities[k], GAMMA), op('mul', tensor.grad!, LR));
          velocities[k] = v;
          script.line(11, { v });
          const next = noGrad(() => op('add', dataOf(tensor), v));
          tensor.storage = next.storage;
          context.observer!.ran({ kind: 'data', tensor });
        }
      });
    seen.push({
      weights: params.map((p) => copyOf(p.tensor)),
      velocities: velocities.map(copyOf),
      grads,
      loss: copyOf(loss)[0],
      tick: script.recording.ticks - 1,
    });
    script.line(12);
    for (const { tensor } of params) {
      tensor.grad = null;
      recorder.ran({ kind: 'grad', tensor, cause: 'set' });
    }
  }
  script.stop();
  return { script, replay: new Replay(), params, velocities, seen, X, losses };
}

/** A file in memory. `room`: bytes that fit; -1 for any number. */
export class MemoryTarget implements Target {
  bytes = Buffer.alloc(0);
  /** Bytes that were read. */
  readBytes = 0;

  constructor(public room = -1) {}

  get size(): number {
    return this.bytes.length;
  }

  append(bytes: Uint8Array): void {
    if (this.room >= 0 && this.size + bytes.length > this.room)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    this.bytes = Buffer.concat([this.bytes, bytes]);
  }

  read(at: number, length: number): Uint8Array {
    this.readBytes += length;
    return this.bytes.subarray(at, at + length);
  }

  sync(): void {}
  close(): void {}
}

/** A run that was written as it went, a state at every iteration: what a kill leaves is a prefix of it. */
export function asItGoes(iterations: number): Buffer {
  const target = new MemoryTarget();
  let writer: RunWriter | null = null;
  trainMlp({
    iterations,
    dropout: true,
    onIteration: (r) => {
      writer ??= new RunWriter(r, target, 'run.backstep');
      writer.flush();
    },
  });
  writer!.finish();
  return target.bytes;
}
