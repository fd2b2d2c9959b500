/** The worker's requests, in the order in which they are answered. */
import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { Control, type ToWorker } from '../../../src/protocol/worker';
import { Inbox } from '../../../src/python/inbox';

const { port1: host, port2: port } = new MessageChannel();
const control = new Int32Array(new SharedArrayBuffer(4 * Control.LENGTH));
let id = 0;
const ask = (name: string) => {
  host.postMessage({ id: ++id, name, args: {} });
  Atomics.add(control, Control.REQUESTS, 1);
};
afterEach(() => host.close());

test('the end of a run is not kept waiting by what views have asked for', () => {
  const taken: string[] = [];
  const inbox: Inbox = new Inbox(port, control, (m: ToWorker) => {
    if (taken.push(m.name) > 1) return;
    inbox.answer(m, () => {
      expect(inbox.interrupted()).toBeNull();
      ask('timeline');
      ask('finish');
      expect(inbox.interrupted()).toBe('cancel');
    });
  });
  ask('picture');
  inbox.poll();
  expect(taken).toEqual(['picture', 'finish', 'timeline']);
});
