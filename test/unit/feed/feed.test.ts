import { expect, test } from 'vitest';
import { Feed } from '../../../src/feed/feed';
import type { Session } from '../../../src/protocol/session';
import type { Cursor } from '../../../src/protocol/ticks';
import type { ToWebview } from '../../../src/protocol/webview';

/** A session that notes what it was asked; answers wait for `release` when `held`. */
function fake(held = false) {
  const asked: [string, object][] = [];
  const waiting: (() => void)[] = [];
  const answers: Record<string, unknown> = {
    picture: { structure: 's', nodes: [] },
    tensor: { name: 'w' },
    update: { rule: 'SGD' },
    nodesAt: [2],
  };
  const session = {
    async request(name: string, args: object) {
      asked.push([name, args]);
      if (held) await new Promise<void>((resolve) => waiting.push(resolve));
      if (name === 'timeline') return { from: (args as { from: number }).from, spans: [{}, {}, {}] };
      if (name === 'tensor' && 'tensor' in args && args.tensor === 404) throw new Error('gone');
      return answers[name];
    },
  } as unknown as Session;
  return { session, asked, release: () => waiting.splice(0).forEach((go) => void go()) };
}

function feed() {
  const posted: ToWebview[] = [];
  return { posted, feed: new Feed((message) => posted.push(message)) };
}

test('a stop is one message; the next asks only for what is new', async () => {
  const { feed: f, posted } = feed();
  const { session, asked } = fake();
  f.attach(session);
  await f.show();
  await f.show();
  expect(posted.map(({ type }) => type)).toEqual(['picture', 'picture']);
  expect(asked).toEqual([
    ['picture', {}],
    ['timeline', { from: 0 }],
    ['info', {}],
    ['picture', { have: 's' }],
    ['timeline', { from: 2 }],
    ['info', {}],
  ]);
});

test('a view that lost what it had gets everything again', async () => {
  const { feed: f } = feed();
  const { session, asked } = fake();
  f.attach(session);
  await f.show();
  f.reset();
  await f.show();
  expect(asked.slice(3)).toEqual(asked.slice(0, 3));
});

test('open panels come with the picture; a tensor that is gone does not spoil it', async () => {
  const { feed: f, posted } = feed();
  f.attach(fake().session);
  await f.showOptimizer({ type: 'optimizer', open: true, parameter: 3 });
  await f.inspect({ tensor: 404 });
  posted.length = 0;
  await f.show();
  expect(posted[0]).toMatchObject({ type: 'picture', tensor: null, update: { rule: 'SGD' } });
});

test('stops that come while one is gathered become one more message', async () => {
  const { feed: f, posted } = feed();
  const { session, release } = fake(true);
  f.attach(session);
  const shown = f.show();
  for (let i = 0; i < 5; i++) void f.show();
  while (posted.length < 2) {
    release();
    await new Promise((resolve) => setTimeout(resolve));
  }
  await shown;
  expect(posted).toHaveLength(2);
});

test('what an old session answers late is not shown', async () => {
  const { feed: f, posted } = feed();
  const old = fake(true);
  f.attach(old.session);
  const shown = f.show();
  f.attach(fake().session);
  old.release();
  await shown;
  expect(posted).toEqual([]);
});

test("other runs' ways are laid over the plane, as far as they answer", async () => {
  const posted: ToWebview[] = [];
  const basis = { parameters: [], at: [0, 0] };
  const asked: unknown[] = [];
  const on = () => ({ dispose() {} });
  const session = {
    on,
    request: async (_: string, args: object) => {
      asked.push(args);
      return { n: 3, basis };
    },
  } as unknown as Session;
  const point = { iteration: 0, tick: 1, x: 0, y: 0, off: 2, loss: 1 };
  const answers = [async () => [point], async () => [], () => Promise.reject(new Error('gone'))];
  const others = answers.map((request, i) => ({
    id: `${i}`,
    name: `run ${i}`,
    session: { on, request } as unknown as Session,
  }));
  const f = new Feed(
    (message) => posted.push(message),
    () => others,
  );
  f.attach(session);
  await f.plane({ type: 'plane', axes: { kind: 'path' } });
  expect(asked).toEqual([{ axes: { kind: 'path' }, basis: true }]);
  expect(posted).toEqual([{ type: 'plane', plane: { n: 3 }, others: [{ id: '0', name: 'run 0', points: [point] }] }]);
});

test('curves of the runs beside it come too, each as its session answers; one that does not answer is left out', async () => {
  const posted: ToWebview[] = [];
  const asked: string[] = [];
  const curve = (name: string, values: number[]) => ({ key: `weight:${name}`, kind: 'weight', name, values });
  const run = (name: string, curves: object[], slices = 1) => {
    let done = 0;
    const request = async (what: string) => {
      if (what !== 'curves') return { from: 0, total: 0, outputs: [], spans: [] };
      asked.push(name);
      return { offers: [], curves, done: ++done, of: slices, running: false };
    };
    return { id: name, name, session: { request } as unknown as Session };
  };
  const gone = { id: 'gone', name: 'gone', session: { request: () => Promise.reject(new Error('gone')) } };
  const others = [
    run('a', [curve('w', [1]), curve('v', [])], 2),
    gone as unknown as ReturnType<typeof run>,
    run('b', [curve('w', [2])]),
  ];
  const f = new Feed(
    (message) => posted.push(message),
    () => others,
  );
  f.attach(run('own', [curve('w', [3])]).session);
  await f.take({ type: 'curves', open: true, keys: ['weight:w', 'weight:v'], fill: true });
  // In slices, until all is there.
  expect(asked.filter((name) => name === 'a').length).toBe(2);
  const found = posted.filter((m) => m.type === 'curvesOf').map(({ run, curves }) => [run, curves]);
  expect(found).toEqual([
    ['a', [curve('w', [1])]],
    ['a', [curve('w', [1])]],
    ['b', [curve('w', [2])]],
  ]);
  expect(posted.filter((m) => m.type === 'curves').length).toBe(1);
  expect(posted.filter((m) => m.type === 'error')).toEqual([]);
  // What was closed asks nobody.
  await f.take({ type: 'curves', open: false, keys: [], fill: true });
  await f.show();
  expect(asked.length).toBe(4);
});

test('a plane is told while it is computed; another wish, or none, ends it', async () => {
  const { feed: f, posted } = feed();
  const signals: AbortSignal[] = [];
  const done: ((plane: object) => void)[] = [];
  let working: (event: object | null) => void = () => {};
  const session = {
    on: (_: string, listener: typeof working) => {
      working = listener;
      return { dispose: () => (working = () => {}) };
    },
    request: (_: string, __: object, signal: AbortSignal) =>
      new Promise((resolve, reject) => {
        signals.push(signal);
        done.push(resolve);
        signal.addEventListener('abort', () => reject(new Error('cancelled')));
      }),
  } as unknown as Session;
  f.attach(session);
  const first = f.plane({ type: 'plane', axes: { kind: 'path' } });
  working({ title: 'Loss over a Plane', text: 'Point 3 of 9', percent: 33 });
  working(null);
  expect(posted).toEqual([{ type: 'planning', text: 'Point 3 of 9', percent: 33 }]);
  const second = f.plane({ type: 'plane', axes: { kind: 'random', seed: 2 }, n: 9 });
  await first;
  expect(signals.map((s) => s.aborted)).toEqual([true, false]);
  expect(posted).toHaveLength(1);
  done[1]({ n: 9 });
  await second;
  expect(posted[1]).toEqual({ type: 'plane', plane: { n: 9 } });
  const third = f.plane({ type: 'plane', axes: { kind: 'path' } });
  await f.plane({ type: 'plane', axes: null });
  await third;
  expect(posted.slice(2)).toEqual([{ type: 'plane', plane: null }]);
});

test('a question that takes long is cancelled, by hand or by the next one, and that is no error', async () => {
  const { feed: f, posted } = feed();
  const signals: AbortSignal[] = [];
  const session = {
    request: (name: string, _args: object, signal: AbortSignal) => {
      signals.push(signal);
      if (name === 'explain') return Promise.resolve({ op: 'relu' });
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))));
    },
  } as unknown as Session;
  f.attach(session);
  const checked = f.check({ tensor: 3 });
  f.cancel();
  await checked;
  expect(posted).toEqual([{ type: 'checked', question: { tensor: 3 }, views: [] }]);
  const again = f.check({ op: 7 });
  await Promise.all([f.explain({ tick: 9 }), again]);
  expect(signals[1]!.aborted).toBe(true);
  expect(posted.map(({ type }) => type).sort()).toEqual(['checked', 'checked', 'explain']);
});

test('where views may not ask while the script runs, they are told how far it is and ask nothing', async () => {
  const { feed: f, posted } = feed();
  const { session, asked } = fake();
  f.attach(session);
  const cursor = { tick: 3, ticks: 4 } as Cursor;
  await f.grow({ cursor, loss: 1, rate: 2, loop: null, views: false });
  expect(asked).toEqual([]);
  expect(posted).toMatchObject([{ type: 'running', cursor, rate: 2, timeline: null, picture: null }]);
});
