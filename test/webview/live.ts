/** A view over a recording, answered by the recorder's own server and the extension's own feed: nothing is told by hand. */
import type { Browser } from 'playwright-core';
import { Feed } from '../../src/feed/feed';
import { PageSession } from '../../src/page/session';
import type { ToWebview } from '../../src/protocol/webview';
import type { Recording } from '../../src/recorder/recording';
import { type Options, open, type View } from './harness';

export interface Live extends View {
  session: PageSession;
  /** Answers what the view has asked for since, and what it asks for then. */
  answer(): Promise<void>;
}

export async function openLive(browser: Browser, recording: Recording, tick: number, options: Options): Promise<Live> {
  const view = await open(browser, options);
  const session = new PageSession(recording);
  const out: ToWebview[] = [];
  const feed = new Feed((message) => out.push(message));
  session.on('stopped', () => void feed.show());
  feed.attach(session);
  const answer = async (): Promise<void> => {
    for (let round = 0; round < 6; round++) {
      // A wish is said in the frame after what made it.
      await view.drawn();
      for (const message of await view.news()) {
        if (message.type === 'ready') feed.reset();
        if (message.type === 'seek' || message.type === 'move') await feed.move(message);
        await feed.take(message);
      }
      await new Promise((done) => setTimeout(done));
      if (out.length === 0) break;
      for (const message of out.splice(0)) await view.send(message);
    }
  };
  await session.request('start', { stopOnEntry: true });
  await session.request('seek', { tick });
  await answer();
  return { ...view, session, answer };
}
