/** A session's moves, awaited. */
import type { Requests } from '../../src/protocol/session';
import type { ScriptSession } from '../../src/python/scriptSession';

/** Asks for something that ends in a stop, and waits for that. */
export const stopped = <N extends 'start' | 'move' | 'seek'>(session: ScriptSession, name: N, args: Requests[N][0]) =>
  new Promise<void>((done) => {
    const subscription = session.on('stopped', () => {
      subscription.dispose();
      done();
    });
    void session.request(name, args);
  });
