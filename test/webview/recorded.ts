/** A view over a real recording: what it asks is answered by the recorder itself, through the feed, as in VS Code. */
import { Feed } from '../../src/feed/feed';
import { PageSession } from '../../src/page/session';
import type { FromWebview, ToWebview } from '../../src/protocol/webview';
import type { Recording } from '../../src/recorder/recording';
import type { View } from './harness';

export class Recorded {
  readonly session: PageSession;
  /** Everything that the view asked for. */
  readonly asked: FromWebview[] = [];
  private readonly feed: Feed;
  private readonly out: ToWebview[] = [];

  constructor(
    readonly recording: Recording,
    readonly view: View,
  ) {
    this.session = new PageSession(recording);
    this.feed = new Feed((message) => this.out.push(message));
    this.feed.attach(this.session);
  }

  async go(tick: number): Promise<void> {
    await this.session.request('seek', { tick });
    await this.feed.show();
    await this.settle();
  }

  /** Answers what the view asks until it asks nothing more. */
  async settle(): Promise<void> {
    for (let round = 0; round < 12; round++) {
      for (const message of this.out.splice(0)) await this.view.send(message);
      await this.view.drawn();
      const news = await this.view.news();
      this.asked.push(...news);
      for (const message of news) await this.handle(message);
      if (this.out.length === 0) return;
    }
  }

  private async handle(message: FromWebview): Promise<void> {
    await this.feed.take(message);
    if (message.type === 'seek') {
      await this.feed.move(message);
      await this.feed.show();
    }
  }
}
