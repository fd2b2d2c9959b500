import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openScript, type ScriptSession } from '../../../src/python/scriptSession';

const READY = `parentPort.postMessage({ type: 'ready', script: workerData.launch.program, capabilities: { live: true, evaluate: true } });`;

let assets: string;
let session: ScriptSession | undefined;
beforeEach(async () => {
  assets = await mkdtemp(join(tmpdir(), 'backstep-'));
});
afterEach(async () => {
  await session?.dispose();
  session = undefined;
  await rm(assets, { recursive: true });
});

/** A session over a worker with this body. */
async function open(body: string, loading?: (text: string) => void): Promise<ScriptSession> {
  const head = "import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';";
  await writeFile(join(assets, 'worker.mjs'), `${head}\n${body}`);
  session = await openScript({ program: '/a/train.py' }, assets, loading);
  return session;
}

const ECHO = `${READY}
parentPort.on('message', ({ id, name, args }) => {
  if (name === 'evaluate') parentPort.postMessage({ type: 'failure', id, message: 'no ' + args.expression });
  else parentPort.postMessage({ type: 'answer', id, result: { name, args } });
});`;

test('answers find their requests by id, failures reject with the message', async () => {
  const { request } = await open(ECHO).then((s) => ({ request: s.request.bind(s) }));
  const [a, b, c] = await Promise.allSettled([
    request('seek', { tick: 1 }),
    request('evaluate', { expression: 'x', context: 'repl' }),
    request('seek', { tick: 2 }),
  ]);
  expect(a).toMatchObject({ value: { args: { tick: 1 } } });
  expect(b).toMatchObject({ reason: new Error('no x') });
  expect(c).toMatchObject({ value: { args: { tick: 2 } } });
});

test('a worker that waits in Atomics.wait is woken by a request', async () => {
  const s = await open(`${READY}
    const control = new Int32Array(workerData.control);
    for (let seen = 0; ; seen = Atomics.load(control, 0)) {
      Atomics.wait(control, 0, seen);
      for (let m; (m = receiveMessageOnPort(parentPort)); ) {
        parentPort.postMessage({ type: 'answer', id: m.message.id, result: { tick: 7 } });
      }
    }`);
  expect(await s.request('findTick', { path: '/a', line: 1 })).toEqual({ tick: 7 });
  expect(await s.request('findTick', { path: '/a', line: 1 })).toEqual({ tick: 7 });
});

test('loading is heard before there is a session', async () => {
  const heard: string[] = [];
  const loading = `parentPort.postMessage({ type: 'event', name: 'loading', event: { text: 'Loading Python' } });`;
  await open(loading + ECHO, (text) => heard.push(text));
  expect(heard).toEqual(['Loading Python']);
});

test('a pause that is not answered within a second interrupts the script', async () => {
  const s = await open(`${READY}
    const interrupt = new Uint8Array(workerData.interrupt);
    while (Atomics.load(interrupt, 0) === 0);
    for (let m; !(m = receiveMessageOnPort(parentPort)); ) {}
    parentPort.postMessage({ type: 'answer', id: 1, result: Atomics.load(interrupt, 0) });`);
  expect(await s.request('pause', {})).toBe(2);
});

test('an endless loop ends when the session is disposed, and requests under way are rejected', async () => {
  const s = await open(`${READY}\nfor (;;);`);
  const answer = s.request('stack', {});
  await Promise.all([s.dispose(), expect(answer).rejects.toThrow('The session has ended.')]);
  await expect(s.request('stack', {})).rejects.toThrow('The session has ended.');
});

test('a worker that cannot open what it was given says why', async () => {
  const body = `parentPort.postMessage({ type: 'failure', id: 0, message: 'run.backstep is truncated.' });`;
  await expect(open(body)).rejects.toThrow('run.backstep is truncated.');
});

test('a worker that fails while it runs says why and ends the session', async () => {
  const s = await open(`${READY}
    parentPort.once('message', () => parentPort.postMessage({ type: 'failure', id: 0, message: 'the wheels came off' }));`);
  const said = new Promise((resolve) => s.on('output', ({ text }) => resolve(text)));
  const ended = new Promise((resolve) => s.on('terminated', resolve));
  await expect(s.request('start', { stopOnEntry: false })).rejects.toThrow('the wheels came off');
  expect(await said).toBe("Backstep's engine stopped unexpectedly: the wheels came off\n");
  expect(await ended).toEqual({ exitCode: 1 });
});

test('a worker that crashes while loading says so', async () => {
  await expect(open(`throw new Error('boom');`)).rejects.toThrow("Backstep's engine stopped unexpectedly: boom");
});

test('a crash later on is told with its last words, and ends the session', async () => {
  const s = await open(`${READY}\nparentPort.on('message', () => { process.exit(7); });`);
  const output: string[] = [];
  s.on('output', ({ text }) => output.push(text));
  const terminated = new Promise((resolve) => s.on('terminated', resolve));
  await expect(s.request('stack', {})).rejects.toThrow('exit code 7');
  expect(await terminated).toEqual({ exitCode: 1 });
  expect(output.join('')).toContain('exit code 7');
});

test("the script does not see the editor's environment", async () => {
  const s = await open(`${READY}
    parentPort.on('message', ({ id }) => parentPort.postMessage({ type: 'answer', id, result: Object.keys(process.env) }));`);
  const names = (await s.request('stack', {})) as unknown as string[];
  expect(names.filter((name) => name !== 'TZ')).toEqual([]);
});
