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
  private last: ToWebview | null = null;

  constructor(
    readonly recording: Recording,
    readonly view: View,
  ) {
    this.session = new PageSession(recording);
    this.feed = new Feed((message) => {
      if (message.type === 'picture') this.last = message;
      this.out.push(message);
    });
    this.feed.attach(this.session);
  }

  async go(tick: number): Promise<void> {
    await this.session.request('seek', { tick });
    await this.feed.show();
    await this.settle();
  }

  /** The picture that it was sent last. */
  pictureNow(): ToWebview {
    return this.last!;
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

/** Goes through every face of the inspector, every page of the optimizer and every section of the curves, in each phase of an iteration. */
export async function everyView(recorded: Recorded, visit: (where: string) => Promise<void>): Promise<void> {
  const { page } = recorded.view;
  const press = (selector: string) => page.locator(selector).first().dispatchEvent('click', { bubbles: true });
  const look = async (where: string): Promise<void> => {
    await recorded.settle();
    await visit(where);
  };
  const { start, backward, update } = recorded.recording.iteration(2);
  for (const [where, tick] of Object.entries({
    start,
    forward: start + 6,
    backward: backward + 3,
    update: update + 2,
  })) {
    await recorded.go(tick);
    await look(where);
  }
  const { nodes } = await recorded.session.request('graph', {});
  const parameter = nodes.find(({ kind }) => kind === 'parameter')!;
  const op = nodes.findLast(({ op }) => op === 'linear')!;
  await press('#tab-tensor');
  for (const { id, label } of [parameter, op]) {
    await press(`[data-key="n${id}"] .face`);
    await recorded.settle();
    for (const part of await page.locator('.parts [data-part]').all()) {
      await part.dispatchEvent('click');
      await look(`${label}, ${await part.getAttribute('data-part')}`);
    }
  }
  await press('#tab-optimizer');
  for (const name of ['past', 'plane', 'rule']) {
    const tab = page.locator(`[data-page="${name}"]`);
    if ((await tab.count()) > 0) await tab.dispatchEvent('click');
    await look(`optimizer, ${name}`);
  }
  await press('#tab-curves');
  await recorded.settle();
  for (const section of await page.locator('[data-section]').all())
    if ((await section.getAttribute('aria-pressed')) === 'false') await section.dispatchEvent('click');
  await look('curves');
}
