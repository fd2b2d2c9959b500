/** The built page in a real browser, under the policy VS Code gives it: messages in, what is on the page and what is asked out. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeState } from '../../src/protocol/views';
import type { FromWebview } from '../../src/protocol/webview';
import { BACKWARD_START, Fixture, GRAPH, NODE, PER_ITERATION, UPDATE_START } from './fixture';
import { launch, missing, type Options, open, type View } from './harness';
import { largeGraph, largePicture } from './large';

/** Of a run that has only begun. */
const NO_NEWS = { picture: null, rate: null, loop: null, views: true };

if (missing) console.log(`webview page tests are skipped: ${missing}`);

describe.skipIf(missing !== null)('the page', () => {
  let browser: Browser;
  const fixture = new Fixture(20);
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function show(tick: number, options: Options = {}): Promise<View> {
    const view = await open(browser, options);
    fixture.tick = tick;
    await view.send(fixture.picture());
    await view.page.waitForSelector('.card');
    await view.drawn();
    return view;
  }
  const seek = async (view: View, tick: number): Promise<void> => {
    fixture.tick = tick;
    await view.send(fixture.picture('three-class'));
  };
  const card = (id: number): string => `[data-key="n${id}"]`;
  const classes = (view: View, id: number): Promise<string | null> => view.page.getAttribute(card(id), 'class');
  const ofType = <T extends FromWebview['type']>(all: FromWebview[], type: T): Extract<FromWebview, { type: T }>[] =>
    all.filter((m): m is Extract<FromWebview, { type: T }> => m.type === type);
  const close = async (view: View): Promise<void> => {
    expect(view.errors).toEqual([]);
    await view.page.close();
  };

  it('says what to do before a session, and that it is ready', async () => {
    const view = await open(browser);
    expect(await view.page.textContent('.empty')).toContain('Press F5 on a PyTorch script');
    expect(await view.posted()).toEqual([{ type: 'ready' }]);
    await close(view);
  });

  it('ignores messages of another shape', async () => {
    const view = await open(browser);
    await view.send({ type: 'picture', picture: { cursor: null } });
    await view.send({ type: '<img src=x onerror=alert(1)>' });
    expect(await view.page.isVisible('.empty')).toBe(true);
    await close(view);
  });

  it('lists runs side by side as a tree, and asks for the one that is chosen', async () => {
    const view = await show(1);
    expect(await view.page.isVisible('.runs')).toBe(false);
    const losses = [3, 2, 1];
    await view.send({
      type: 'runs',
      runs: [
        { id: 'a', name: 'train.py', parent: null, left: null, losses, shown: true },
        { id: 'b', name: 'train.py branch 1 (lr = 0.01 at iteration 2)', parent: 'a', left: 1, losses, shown: false },
      ],
    });
    await view.drawn();
    const rows = view.page.locator('.runs button');
    expect(await rows.allTextContents()).toEqual(['train.py', 'train.py branch 1 (lr = 0.01 at iteration 2)']);
    expect(await rows.nth(0).getAttribute('aria-pressed')).toBe('true');
    await rows.nth(1).click();
    expect(ofType(await view.posted(), 'focus')).toEqual([{ type: 'focus', run: 'b' }]);
    await view.send({ type: 'runs', runs: [] });
    await view.drawn();
    expect(await view.page.isVisible('.runs')).toBe(false);
    await close(view);
  });

  it('draws nodes hollow until their forward ran, then their gradient, then the update', async () => {
    const view = await show(1);
    expect(await classes(view, NODE.relu)).toMatch(/hollow/);
    expect(await classes(view, NODE.linear1)).toMatch(/fwd/);
    expect(await classes(view, NODE.linear1)).not.toMatch(/hollow|bwd/);
    await seek(view, BACKWARD_START + 5);
    expect(await classes(view, NODE.sigmoid)).toMatch(/bwd/);
    expect(await classes(view, NODE.relu)).not.toMatch(/bwd/);
    expect(await view.page.locator('.grads .flowed').count()).toBe(3);
    await seek(view, PER_ITERATION - 1);
    expect(await classes(view, NODE.w1)).toMatch(/upd/);
    // Backward again: the picture is a function of the tick, whichever way one came.
    await seek(view, 1);
    expect(await classes(view, NODE.relu)).toMatch(/hollow/);
    expect(await classes(view, NODE.w1)).not.toMatch(/upd/);
    await close(view);
  });

  it('colours the nodes by a measure that the session works out, with a scale', async () => {
    const view = await show(PER_ITERATION + BACKWARD_START + 6);
    await view.news();
    await view.page.selectOption('select.mode', 'ratio');
    await view.drawn();
    expect(ofType(await view.news(), 'measure')).toEqual([{ type: 'measure', measure: 'ratio' }]);
    fixture.measure = 'ratio';
    await view.send(fixture.picture('three-class'));
    fixture.measure = null;
    expect(await classes(view, NODE.w1)).toMatch(/measured (dark|light)-ink/);
    expect(await classes(view, NODE.relu)).toMatch(/measured none/);
    expect(await view.page.textContent(`${card(NODE.w1)} .measure`)).toMatch(/^0\.\d+|e−\d+$/);
    expect(await view.page.getAttribute(card(NODE.w1), 'aria-label')).toMatch(/update-to-weight ratio/);
    expect(await view.page.getAttribute('.scale', 'aria-label')).toMatch(/^Update ratio, from dark violet/);
    // The border still tells what ran, and the cursor stays where it is.
    expect(await view.page.locator('.card.cursor').count()).toBe(1);
    await view.page.focus(card(NODE.relu));
    for (const expected of ['dead', 'time', 'change', 'progress']) {
      await view.page.keyboard.press('m');
      await view.drawn();
      expect(await view.page.inputValue('select.mode')).toBe(expected);
    }
    expect(await classes(view, NODE.w1)).not.toMatch(/measured/);
    expect(await view.page.isVisible('.below .legend')).toBe(true);
    await close(view);
  });

  it('draws a gradient that explodes red and one that vanishes pale, and says so', async () => {
    const view = await show(UPDATE_START - 1);
    const message = structuredClone(fixture.picture()) as { picture: { nodes: NodeState[] } };
    message.picture.nodes[NODE.relu]!.gradNorm = 1e6;
    message.picture.nodes[NODE.sigmoid]!.gradNorm = 1e-12;
    await view.send(message);
    const link = (from: number, to: number) => view.page.locator(`[data-link="g:n${from}>n${to}"]`);
    expect(await link(NODE.relu, NODE.linear2).getAttribute('class')).toMatch(/exploding/);
    expect(await link(NODE.relu, NODE.linear2).locator('title').textContent()).toMatch(/norm 1000000, .* exploding$/);
    expect(await link(NODE.sigmoid, NODE.output).getAttribute('class')).toMatch(/vanishing/);
    expect(await link(NODE.linear2, NODE.sigmoid).getAttribute('class')).not.toMatch(/exploding|vanishing/);
    await close(view);
  });

  it('says once what is wrong with most nodes', async () => {
    const view = await open(browser);
    const f = new Fixture();
    f.tick = 3 * PER_ITERATION + PER_ITERATION - 2;
    const message = f.picture();
    if (message.type !== 'picture') throw new Error('no picture');
    const all = message.picture.nodes.filter((node) => node.gradNorm !== null);
    for (const node of all.slice(1)) node.health = ['vanishing'];
    await view.send(message);
    await view.page.waitForSelector(card(NODE.relu));
    expect(await view.page.textContent('.common')).toBe(`Gradient vanishes: ${all.length - 1} of ${all.length} nodes`);
    expect(await view.page.locator('.card .unwell').count()).toBe(0);
    await close(view);
  });

  it('marks what is unwell on its card, with the reason and the line', async () => {
    const view = await open(browser);
    const f = new Fixture();
    f.tick = 3 * PER_ITERATION + 4;
    const message = f.picture();
    if (message.type !== 'picture') throw new Error('no picture');
    for (const node of message.picture.nodes) {
      if (node.id === NODE.relu) node.health = ['dead', 'vanishing'];
    }
    await view.send(message);
    await view.page.waitForSelector(card(NODE.relu));
    const sign = view.page.locator(`${card(NODE.relu)} .unwell`);
    expect(await sign.locator('title').textContent()).toMatch(
      /^Dead: every result is 0 for the whole batch \(three_class.py:\d+\)\nGradient vanishes: its norm is/,
    );
    expect(await view.page.getAttribute(card(NODE.relu), 'aria-label')).toMatch(/, Dead, Gradient vanishes$/);
    expect(await view.page.locator('.card .unwell').count()).toBe(1);
    await view.page.click(`[data-path="linear1"] .head`);
    await view.page.waitForSelector('[data-key="m:linear1"]');
    expect(await view.page.locator('.card .unwell').count()).toBe(1);
    f.tick++;
    await view.send(f.picture());
    await view.drawn();
    expect(await view.page.locator('.card .unwell').count()).toBe(0);
    await close(view);
  });

  it('searches, goes to what it found, and shows only that', async () => {
    const view = await open(browser);
    const graph = largeGraph(16);
    await view.send(largePicture(graph, 10));
    await view.page.waitForSelector('.card', { timeout: 20_000 });
    await view.page.focus('[data-key][tabindex="0"]');
    await view.page.keyboard.press('/');
    await view.page.keyboard.type('softmax');
    await view.drawn();
    expect(await view.page.textContent('.search .count')).toBe('16 found');
    // Folded modules tell that there is something in them; going to one opens what hides it.
    expect(await view.page.locator('.card.hit').count()).toBe(16);
    await view.page.keyboard.press('Enter');
    await view.page.keyboard.press('Enter');
    const id = graph.nodes.filter((n) => n.op === 'softmax')[1]!.id;
    await view.page.waitForSelector(card(id));
    await view.drawn();
    expect(await view.page.textContent('.search .count')).toBe('2 of 16');
    expect(await view.page.getAttribute(card(id), 'tabindex')).toBe('0');
    const stage = (await view.page.locator('.stage').boundingBox())!;
    const face = (await view.page.locator(`${card(id)} .face`).boundingBox())!;
    expect(face.x).toBeGreaterThanOrEqual(stage.x);
    expect(face.x + face.width).toBeLessThanOrEqual(stage.x + stage.width);
    expect(await view.page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT');
    await view.page.click('.search button[aria-pressed]');
    // Laid out anew with what is left, what lies between bridged.
    await view.page.waitForFunction(() => document.querySelectorAll('.card').length === 16);
    expect(await view.page.textContent('.search .count')).toMatch(/2 of 16/);
    expect(await view.page.locator('.links .bridged').count()).toBe(15);
    expect(await view.page.locator('.card.hit').count()).toBe(0);
    await view.page.focus(card(id));
    await view.page.keyboard.press('ArrowRight');
    const next = graph.nodes.filter((n) => n.op === 'softmax')[2]!.id;
    expect(await view.page.getAttribute(card(next), 'tabindex')).toBe('0');
    await view.page.click('.search input');
    await view.page.keyboard.press('Escape');
    await view.page.waitForFunction(() => document.querySelectorAll('.card').length !== 16);
    expect(await view.page.isVisible('.search')).toBe(false);
    expect(await view.page.locator('.bridged').count()).toBe(0);
    await close(view);
  });

  it('shows a map while the drawing is larger than the view, and moves by it', async () => {
    const view = await open(browser, { width: 700 });
    await view.send(largePicture(largeGraph(40), 10));
    await view.page.waitForSelector('.card', { timeout: 20_000 });
    await view.drawn();
    const map = view.page.locator('.minimap');
    expect(await map.isVisible()).toBe(true);
    const at = () => view.page.evaluate(() => document.querySelector('svg.graph > g')!.getAttribute('transform'));
    const before = await at();
    await map.click({ position: { x: 20, y: 8 } });
    await view.drawn();
    expect(await at()).not.toBe(before);
    await view.page.locator('button', { hasText: 'Fit' }).click();
    await view.drawn();
    expect(await map.isVisible()).toBe(false);
    await close(view);
  });

  it('exports what is drawn as SVG and PNG, and copies it', async () => {
    const view = await show(BACKWARD_START + 5);
    await view.news();
    await view.page.focus(card(NODE.relu));
    await view.page.keyboard.press('e');
    await view.page.keyboard.press('Enter');
    await view.drawn();
    const [svg] = ofType(await view.news(), 'export');
    expect(svg).toMatchObject({ name: 'network', kind: 'svg' });
    expect(svg!.text).toMatch(/^<svg xmlns/);
    for (const word of ['linear1', 'sigmoid', 'cross_entropy', '500 × 13']) expect(svg!.text).toContain(word);
    expect(svg!.text).not.toMatch(/class=|var\(/);
    await view.page.click('button[aria-controls="graph-exports"]');
    await view.page.locator('.exports button').nth(1).click();
    await expect.poll(async () => ofType(await view.posted(), 'export').length).toBe(2);
    const png = ofType(await view.posted(), 'export')[1]!;
    expect(Buffer.from(png.text, 'base64').subarray(1, 4).toString()).toBe('PNG');
    await view.page.click('button[aria-controls="graph-exports"]');
    await view.page.locator('.exports button').nth(2).click();
    expect(ofType(await view.posted(), 'copy').at(-1)!.text).toBe(svg!.text);
    // A command asks for the same.
    await view.news();
    await view.send({ type: 'save', kind: 'svg' });
    expect(ofType(await view.news(), 'export')).toEqual([
      { type: 'export', name: 'network', kind: 'svg', text: svg!.text },
    ]);
    await close(view);
  });

  it('looks into a small layer: by its sign, the keyboard, and by zooming in', async () => {
    const view = await show(UPDATE_START - 1);
    await view.news();
    const answer = async (): Promise<number[]> => {
      await view.drawn();
      const nodes = ofType(await view.news(), 'neurons').at(-1)?.nodes ?? [];
      const layers = nodes.map((id) => fixture.neurons(id)).filter((layer) => layer !== null);
      await view.send({ type: 'neurons', layers });
      return nodes;
    };
    const at = () => view.page.getAttribute('svg.graph > g', 'transform');
    const before = await at();
    expect(await view.page.locator('.into').count()).toBe(3);
    await view.page.click(`${card(NODE.linear2)} .into`);
    expect(await answer()).toContain(NODE.linear2);
    const inside = (what: string): string => `${card(NODE.linear2)} .neurons ${what}`;
    expect(await view.page.locator(inside('.weight')).count()).toBe(8 * 13);
    expect(await view.page.locator(inside('.unit')).count()).toBe(8 + 13);
    const layer = fixture.neurons(NODE.linear2)!;
    const unit = await view.page.locator(inside('.unit title')).first().textContent();
    expect(unit).toMatch(/^input 0: mean [\d.e−]+ over 500 samples\n0 [·▁-█]{8} [\d.]+$/);
    const biggest = layer.weight.indexOf(Math.max(...layer.weight.map((v) => Math.abs(Number(v)))));
    const words = await view.page.locator(inside('.weight title')).last().textContent();
    if (biggest >= 0) expect(words).toContain(`[${Math.floor(biggest / 13)}, ${biggest % 13}]`);
    await view.page.locator('select[aria-label="Lines between units show"]').selectOption('grad');
    await view.drawn();
    expect(await view.page.locator(inside('.weight title')).last().textContent()).toMatch(/^gradient linear2.weight/);
    // Back to where it was, and in again by a key.
    await view.page.focus(card(NODE.linear2));
    await view.page.keyboard.press('Escape');
    await view.drawn();
    expect(await at()).toBe(before);
    expect(await view.page.locator('.neurons').count()).toBe(0);
    expect(await answer()).toEqual([]);
    await view.page.keyboard.press('n');
    expect(await answer()).toContain(NODE.linear2);
    await view.page.keyboard.press('n');
    await view.drawn();
    expect(await at()).toBe(before);
    await view.page.hover(`${card(NODE.linear1)} .face`);
    for (let i = 0; i < 12; i++) await view.page.mouse.wheel(0, -200);
    expect(await answer()).toContain(NODE.linear1);
    await close(view);
  });

  it('keeps a module where it is when it is opened and closed', async () => {
    const view = await open(browser);
    await view.send(largePicture(largeGraph(16), 10));
    const block = '[data-key="m:blocks.9"]';
    await view.page.waitForSelector(block, { timeout: 20_000 });
    const at = async (what: string) => (await view.page.locator(what).first().boundingBox())!;
    const before = await at(`${block} .face`);
    await view.page.click(block);
    const body = '.box[data-path="blocks.9"] .body:not(.more)';
    await view.page.waitForSelector(body);
    await view.drawn();
    const opened = await at(body);
    // To a pixel: the borders are not of one width.
    const moved = (now: { x: number; y: number }): number => Math.hypot(now.x - before.x, now.y - before.y);
    expect(moved(opened)).toBeLessThan(1.5);
    await view.page.click('.box[data-path="blocks.9"] .head .hit', { position: { x: 8, y: 5 } });
    await view.page.waitForSelector(block);
    await view.drawn();
    const closed = await at(`${block} .face`);
    expect(moved(closed)).toBeLessThan(1.5);
    await close(view);
  });

  it('marks what is new in this iteration', async () => {
    const view = await show(3);
    fixture.change = {
      fresh: [NODE.relu],
      gone: [{ op: 'dropout', label: 'dropout of sigmoid', module: '', place: null, after: NODE.sigmoid }],
    };
    await view.send(fixture.picture('three-class'));
    fixture.change = null;
    expect(await classes(view, NODE.relu)).toMatch(/fresh/);
    expect(await classes(view, NODE.sigmoid)).toMatch(/lost/);
    expect(await view.page.getAttribute(card(NODE.sigmoid), 'aria-label')).toMatch(/gone .*dropout of sigmoid/);
    expect(await view.page.textContent('.changed')).toBe(
      'Against the iteration before: 1 new node (+), 1 gone (−): dropout of sigmoid',
    );
    expect(await classes(view, NODE.linear1)).not.toMatch(/fresh/);
    await close(view);
  });

  it('marks the node at the cursor and keeps it in view', async () => {
    const view = await show(1, { width: 480 });
    for (const [tick, id] of [
      [1, NODE.linear1],
      [6, NODE.loss],
      [PER_ITERATION - 1, NODE.b3],
    ] as const) {
      await seek(view, tick);
      expect(await view.page.locator('.card.cursor').count()).toBe(1);
      expect(await classes(view, id)).toMatch(/cursor/);
      const box = (await view.page.locator(`${card(id)} .face`).boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(480);
    }
    await close(view);
  });

  it('draws module boxes around their ops, and folds them', async () => {
    const view = await show(3);
    const box = (await view.page.locator('.box[data-path="linear1"] .body').boundingBox())!;
    const op = (await view.page.locator(`${card(NODE.linear1)} .face`).boundingBox())!;
    expect(op.x).toBeGreaterThan(box.x);
    expect(op.x + op.width).toBeLessThan(box.x + box.width);
    expect(await view.page.textContent('.box[data-path="linear1"] .type')).toBe('Linear');
    await view.page.click('.box[data-path="linear1"] .head');
    await view.page.waitForSelector('[data-key="m:linear1"]');
    expect(await view.page.locator(card(NODE.linear1)).count()).toBe(0);
    await view.page.click('[data-key="m:linear1"]');
    await view.page.waitForSelector(card(NODE.linear1));
    await close(view);
  });

  it('selects on click: asks for the tensor and shows the line', async () => {
    const view = await show(6);
    await view.news();
    await view.page.click(`${card(NODE.relu)} .face`);
    await view.drawn();
    const asked = await view.news();
    expect(ofType(asked, 'inspect').at(-1)!.ref).toEqual({ tensor: 100 + NODE.relu, part: 'value' });
    expect(ofType(asked, 'reveal')[0]).toMatchObject({ line: 19, focus: false });
    expect(ofType(asked, 'mark')[0]).toMatchObject({ line: 19 });
    await view.send({ type: 'tensor', tensor: fixture.tensor({ tensor: 100 + NODE.relu }) });
    expect(await view.page.textContent('.inspector h2')).toBe('relu');
    expect(await view.page.locator('.histogram .bin').count()).toBe(32);
    expect(await view.page.textContent('.pages')).toContain('rows 0–63 of 500');
    await view.page.click('[aria-label^="Next rows"]');
    await view.drawn();
    expect(ofType(await view.news(), 'inspect').at(-1)!.ref).toMatchObject({ row0: 64 });
    await close(view);
  });

  it('plots a tensor over the iterations when it is asked to, and goes to a point', async () => {
    const view = await show(6, { elk: false });
    await view.page.click(`${card(NODE.relu)} .face`);
    await view.send({ type: 'tensor', tensor: fixture.tensor({ tensor: 100 + NODE.relu }) });
    await view.news();
    await view.page.click('[data-part="history"]');
    await view.drawn();
    const ref = { tensor: 100 + NODE.relu, part: 'value' as const };
    expect(ofType(await view.news(), 'history')).toEqual([{ type: 'history', ref }]);
    const points = [4, 40, 76].map((tick, iteration) => ({ iteration, tick, value: iteration * 2 }));
    await view.send({ type: 'history', ref, history: { name: 'norm(relu)', points, at: 0, missing: null } });
    await view.drawn();
    expect(await view.page.textContent('.past figcaption')).toContain('norm(relu)');
    const plot = (await view.page.locator('.past svg').boundingBox())!;
    await view.page.mouse.click(plot.x + plot.width - 12, plot.y + 20);
    expect(ofType(await view.news(), 'seek').at(-1)?.tick).toBe(76);
    expect(await view.page.getAttribute(card(NODE.relu), 'data-vscode-context')).toContain(`"node":${NODE.relu}`);
    await close(view);
  });

  it('says in words why there is no gradient', async () => {
    const view = await show(6, { elk: false });
    await view.page.click(`${card(NODE.relu)} .face`);
    await view.page.click('[data-part="grad"]');
    await view.send({ type: 'tensor', tensor: fixture.tensor({ tensor: 100 + NODE.relu, part: 'grad' }) });
    expect(await view.page.textContent('.inspector .missing')).toContain('No gradient yet');
    expect(await view.page.isVisible('.heatmap canvas')).toBe(false);
    await close(view);
  });

  it('goes to the forward tick on a double click, to the backward tick with shift', async () => {
    const view = await show(PER_ITERATION - 1, { elk: false });
    await view.page.dblclick(`${card(NODE.sigmoid)} .face`);
    await view.page.dblclick(`${card(NODE.sigmoid)} .face`, { modifiers: ['Shift'] });
    expect(ofType(await view.posted(), 'seek').map((m) => m.tick)).toEqual([4, BACKWARD_START + 5]);
    await close(view);
  });

  it('is walked with the keyboard: one tab stop, arrows along edges, enter selects', async () => {
    const view = await show(6);
    expect(await view.page.locator('.graph [tabindex="0"]').count()).toBe(1);
    await view.page.focus('.graph [tabindex="0"]');
    await view.page.keyboard.press('Home');
    for (const id of [NODE.linear1, NODE.relu, NODE.linear2]) {
      await view.page.keyboard.press('ArrowRight');
      expect(await view.page.evaluate(() => (document.activeElement as HTMLElement).dataset.key)).toBe(`n${id}`);
    }
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('Enter');
    await view.drawn();
    expect(await view.page.getAttribute(card(NODE.w2), 'aria-pressed')).toBe('true');
    expect(await view.page.getAttribute(card(NODE.linear2), 'aria-label')).toMatch(
      /^linear, linear2, output float32 500 by 8, value norm [\d.]+/,
    );
    await view.page.keyboard.press('c');
    await view.page.waitForSelector('[data-key="m:linear2"]');
    expect(await view.page.evaluate(() => (document.activeElement as HTMLElement).dataset.key)).toBe('m:linear2');
    await close(view);
  });

  it('has a slider over every tick, with words for its value', async () => {
    const view = await show(BACKWARD_START + 2, { elk: false });
    const slider = view.page.locator('[role="slider"]');
    expect(await slider.getAttribute('aria-valuetext')).toBe(fixture.cursor().label);
    expect(await slider.getAttribute('aria-valuemax')).toBe(String(fixture.ticks - 1));
    expect(await view.page.textContent('.status')).toBe('iteration 1 · backward · tick 10');
    expect(await view.page.textContent('.spoken')).toContain(
      `iteration 1, backward, ${fixture.cursor().label.split(' (')[0]}`,
    );
    await slider.focus();
    await view.page.keyboard.press('ArrowRight');
    await seek(view, BACKWARD_START + 3);
    await view.page.keyboard.press('Control+ArrowLeft');
    await view.page.keyboard.press('End');
    await seek(view, fixture.ticks - 1);
    await view.page.keyboard.press('ArrowRight');
    const all = await view.posted();
    expect(ofType(all, 'seek').map((m) => m.tick)).toEqual([BACKWARD_START + 3, fixture.ticks - 1]);
    expect(ofType(all, 'move').map((m) => m.move)).toEqual(['iterationBack', 'tickForward']);
    await close(view);
  });

  it('drags to any tick, with one seek in flight', async () => {
    const view = await show(0, { elk: false });
    await view.news();
    const box = (await view.page.locator('canvas.all').boundingBox())!;
    const y = box.y + box.height / 2;
    await view.page.mouse.move(box.x + 100, y);
    await view.page.mouse.down();
    for (let x = 120; x <= 600; x += 20) await view.page.mouse.move(box.x + x, y);
    const first = ofType(await view.news(), 'seek');
    expect(first).toHaveLength(1);
    await seek(view, first[0]!.tick);
    const second = ofType(await view.news(), 'seek');
    expect(second).toHaveLength(1);
    const share = (600 - 56) / (box.width - 68);
    expect(Math.abs(second[0]!.tick - share * fixture.ticks)).toBeLessThan(2);
    await seek(view, second[0]!.tick);
    await view.page.mouse.up();
    expect(ofType(await view.news(), 'seek')).toHaveLength(0);
    await close(view);
  });

  it('moves with buttons, and not past the ends', async () => {
    const view = await show(0, { elk: false });
    await view.news();
    await view.page.click('[data-move="tickBack"]', { force: true });
    expect(await view.page.getAttribute('[data-move="tickBack"]', 'aria-disabled')).toBe('true');
    for (const move of ['tickForward', 'iterationForward', 'continue']) await view.page.click(`[data-move="${move}"]`);
    await seek(view, 30);
    for (const move of ['tickBack', 'iterationBack', 'reverseContinue']) await view.page.click(`[data-move="${move}"]`);
    expect(ofType(await view.news(), 'move').map((m) => m.move)).toEqual([
      'tickForward',
      'iterationForward',
      'continue',
      'tickBack',
      'iterationBack',
      'reverseContinue',
    ]);
    await close(view);
  });

  it('shows the optimizer: terms, the rule and what is done of it, for the chosen element', async () => {
    const view = await show(UPDATE_START, { width: 600, elk: false });
    await view.page.click('#tab-optimizer');
    await view.drawn();
    expect(ofType(await view.posted(), 'optimizer').at(-1)).toMatchObject({ open: true, parameter: 100 + NODE.w1 });
    await view.send({ type: 'update', update: fixture.update(100 + NODE.w1) });
    expect(await view.page.locator('.terms tbody tr').count()).toBe(4);
    expect(await view.page.locator('.steps .done').count()).toBe(1);
    expect(await view.page.locator('.steps .todo').count()).toBe(1);
    expect(await view.page.locator('.lines svg').count()).toBe(3);
    await view.page.fill('.elements input >> nth=1', '7');
    await view.page.keyboard.press('Enter');
    await view.drawn();
    expect(ofType(await view.posted(), 'optimizer').at(-1)).toMatchObject({ element: [0, 7] });
    await close(view);
  });

  it('reads a cell with the arrow keys and follows it in the optimizer', async () => {
    const view = await show(UPDATE_START, { elk: false });
    await view.page.click(`${card(NODE.w1)} .face`);
    await view.send({ type: 'tensor', tensor: fixture.tensor({ tensor: 100 + NODE.w1 }) });
    await view.page.focus('.heatmap canvas');
    await view.page.keyboard.press('ArrowRight');
    await view.page.keyboard.press('ArrowDown');
    expect(await view.page.textContent('.heatmap .readout')).toMatch(/^\[1, 1\] = -?0\.\d+/);
    // What VS Code's menu for a cell is about: where does this number come from?
    expect(JSON.parse((await view.page.getAttribute('.heatmap canvas', 'data-vscode-context'))!)).toMatchObject({
      webviewSection: 'cell',
      cell: { tensor: 102, part: 'value', element: [1, 1] },
    });
    await view.page.keyboard.press('o');
    await view.drawn();
    expect(ofType(await view.posted(), 'optimizer').at(-1)).toMatchObject({ parameter: 102, element: [1, 1] });
    await close(view);
  });

  it('keeps zoom, selection and tab over hide and show', async () => {
    const view = await show(6, { width: 600 });
    await view.page.click(`${card(NODE.relu)} .face`);
    await view.page.mouse.wheel(0, -300);
    await view.page.click('#tab-optimizer');
    await view.drawn();
    const state = await view.page.evaluate(
      () => (window as unknown as { savedState: { zoom: { k: number } } }).savedState,
    );
    await close(view);
    const again = await show(6, { width: 600, state });
    expect(await again.page.getAttribute(card(NODE.relu), 'aria-pressed')).toBe('true');
    expect(await again.page.getAttribute('#tab-optimizer', 'aria-selected')).toBe('true');
    expect(await again.page.getAttribute('.graph > g', 'transform')).toContain(`scale(${state.zoom.k})`);
    await close(again);
  });

  it('grows with each op while an iteration runs for the first time', async () => {
    const view = await open(browser);
    const { picture, ...rest } = fixture.picture() as Extract<ReturnType<Fixture['picture']>, { type: 'picture' }>;
    for (const n of [0, 4, 7, 12]) {
      const nodes = GRAPH.nodes.slice(0, n);
      const edges = GRAPH.edges.filter((e) => e.from < n && e.to < n);
      const graph = { ...GRAPH, structure: `first ${n}`, nodes, edges };
      const states = picture.nodes.slice(0, n);
      await view.send({ ...rest, picture: { ...picture, graph, structure: graph.structure, nodes: states } });
      await expect.poll(() => view.page.locator('.card').count()).toBe(n);
      expect(await view.page.isVisible('.stage .note')).toBe(n === 0);
    }
    await close(view);
  });

  it('shows a tensor that was chosen among the variables', async () => {
    const view = await show(PER_ITERATION - 1, { elk: false });
    await view.send({ type: 'show', ref: { tensor: 100 + NODE.w2, part: 'grad' } });
    expect(ofType(await view.news(), 'inspect').at(-1)!.ref).toEqual({ tensor: 100 + NODE.w2, part: 'grad' });
    await view.send({ type: 'tensor', tensor: fixture.tensor({ tensor: 100 + NODE.w2, part: 'grad' }) });
    expect(await view.page.textContent('.inspector h2')).toBe('linear2.weight');
    expect(await view.page.getAttribute('[data-part="grad"]', 'aria-selected')).toBe('true');
    await view.send({ type: 'show', ref: { tensor: 7777 } });
    expect(ofType(await view.news(), 'inspect').at(-1)!.ref).toEqual({ tensor: 7777 });
    await close(view);
  });

  it('says again what its panels show when a session begins anew', async () => {
    const view = await show(3, { elk: false });
    await view.news();
    await seek(view, 3);
    expect(ofType(await view.news(), 'inspect')).toHaveLength(0);
    await view.send(fixture.picture());
    expect(ofType(await view.news(), 'inspect')).toHaveLength(1);
    await close(view);
  });

  it('survives a saved state of any shape', async () => {
    for (const state of [
      7,
      { zoom: 'far', folded: { a: [] }, tab: 3, slice: null, node: {} },
      { zoom: {}, tab: 'x', element: 'y' },
    ]) {
      const view = await show(6, { state, elk: false });
      expect(await view.page.locator('.card').count()).toBe(12);
      await close(view);
    }
  });

  it('grows the loss while the script runs, and says when it ended', async () => {
    const view = await show(6, { elk: false });
    const timeline = { ...fixture.timeline(), from: 0 };
    await view.send({
      type: 'running',
      cursor: { ...fixture.cursor(), iteration: 15 },
      loss: 0.5,
      timeline,
      ...NO_NEWS,
    });
    expect(await view.page.textContent('.status')).toBe('Running · iteration 16');
    expect(await view.page.getAttribute('.app', 'class')).toContain('running');
    await view.page.getByRole('button', { name: 'Pause', exact: true }).click();
    expect(ofType(await view.news(), 'pause')).toHaveLength(1);
    await view.send({ type: 'ended', text: 'The script ended.' });
    expect(await view.page.textContent('.banner')).toContain('The script ended.');
    await view.send({ type: 'error', text: '<b>boom</b>' });
    expect(await view.page.textContent('.banner')).toContain('<b>boom</b>');
    await close(view);
  });

  it('shows the whole network in a low and narrow panel, in rows, and the numbers when they are asked for', async () => {
    const view = await show(BACKWARD_START + 6, { width: 540, height: 507 });
    const stage = (await view.page.locator('svg.graph').boundingBox())!;
    for (const id of [NODE.linear1, NODE.sigmoid, NODE.loss, NODE.b3]) {
      const box = (await view.page.locator(`${card(id)} .face`).boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(stage.x);
      expect(box.x + box.width).toBeLessThanOrEqual(stage.x + stage.width);
      expect(box.y + box.height).toBeLessThanOrEqual(stage.y + stage.height);
      expect(box.width).toBeGreaterThan(70);
    }
    expect(await view.page.isVisible('.side')).toBe(false);
    expect(ofType(await view.news(), 'inspect')).toHaveLength(0);
    await view.page.click('.panels-toggle');
    await view.drawn();
    expect(await view.page.isVisible('#panel-tensor')).toBe(true);
    expect(ofType(await view.news(), 'inspect')).toHaveLength(1);
    await close(view);
  });

  it('turns to the optimizer while it updates, and back to the tensor', async () => {
    const view = await show(BACKWARD_START + 2, { width: 600, elk: false });
    const chosen = () => view.page.getAttribute('#tab-optimizer', 'aria-selected');
    expect(await chosen()).toBe('false');
    await seek(view, UPDATE_START);
    expect(await chosen()).toBe('true');
    await seek(view, 2);
    expect(await chosen()).toBe('false');
    await view.page.click('#tab-optimizer');
    await seek(view, 3);
    expect(await chosen()).toBe('true');
    await close(view);
  });

  it('says that one is in the past, and leads to the latest moment', async () => {
    const view = await show(5, { elk: false });
    await view.news();
    await view.page.click('.latest');
    expect(ofType(await view.news(), 'seek')).toEqual([{ type: 'seek', tick: fixture.ticks - 1 }]);
    await seek(view, fixture.ticks - 1);
    expect(await view.page.isVisible('.latest')).toBe(false);
    await close(view);
  });

  it('forgets the network of a session that another one follows', async () => {
    const view = await show(6, { elk: false });
    await view.send({ type: 'ended', text: 'The script has ended.' });
    expect(await view.page.isVisible('.work')).toBe(true);
    const cursor = { ...fixture.cursor(), tick: 3, ticks: 4 };
    await view.send({ type: 'running', cursor, loss: null, timeline: null, ...NO_NEWS });
    expect(await view.page.isVisible('.work')).toBe(false);
    expect(await view.page.textContent('.app')).toContain('The script is running');
    await view.send(fixture.picture());
    await view.page.waitForSelector('.card');
    await close(view);
  });

  it('explains its colours and keys behind the question mark', async () => {
    const view = await show(6, { elk: false });
    await view.page.click('[aria-controls="graph-help"]');
    expect(await view.page.textContent('#graph-help')).toContain('find the op that is running');
    await view.page.keyboard.press('Escape');
    expect(await view.page.isVisible('#graph-help')).toBe(false);
    await close(view);
  });

  it('draws without a layout worker, too', async () => {
    const view = await show(6, { elk: false });
    expect(await view.page.locator('.card').count()).toBe(12);
    await close(view);
  });

  it('walks a large open graph whose far cards are off the page', async () => {
    const graph = largeGraph(10);
    const folded = Object.fromEntries(graph.modules.map((m) => [m.path, false]));
    const view = await open(browser, { state: { folded } });
    await view.send(largePicture(graph, 10));
    await view.page.waitForSelector('.card', { timeout: 20_000 });
    await view.drawn();
    // Near the view, and the card with the tab stop wherever it is.
    expect(await view.page.locator('.card').count()).toBeLessThan(graph.nodes.length / 2);
    expect(await view.page.locator('.graph [tabindex="0"]').count()).toBe(1);
    await view.page.focus('.graph [tabindex="0"]');
    await view.page.keyboard.press('Home');
    for (let i = 0; i < 12; i++) await view.page.keyboard.press('ArrowRight');
    const box = (await view.page.locator('.card:focus .face').boundingBox())!;
    expect(box.x).toBeGreaterThan(0);
    expect(box.x + box.width).toBeLessThan(1100);
    await close(view);
  });

  it('paints what is too far away to be read, and goes where it is clicked', async () => {
    const graph = largeGraph(40);
    const folded = Object.fromEntries(graph.modules.map((m) => [m.path, false]));
    const view = await open(browser, { state: { folded } });
    await view.send(largePicture(graph, 10));
    await view.page.waitForSelector('.card', { timeout: 20_000 });
    expect(await view.page.locator('.dots').isHidden()).toBe(true);
    await view.page.click('.fit');
    await view.drawn();
    expect(await view.page.locator('.dots').isVisible()).toBe(true);
    // The node at the cursor and the tab stop are there still; the rest is painted.
    expect(await view.page.locator('.card').count()).toBeLessThan(4);
    expect(await view.page.locator('.card.cursor').count()).toBe(1);
    await view.page.focus('.graph [tabindex="0"]');
    const painted = await view.page.locator('.dots').evaluate((node) => {
      const canvas = node as HTMLCanvasElement;
      return canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean);
    });
    expect(painted).toBe(true);
    const box = (await view.page.locator('svg.graph').boundingBox())!;
    await view.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await view.drawn();
    expect(await view.page.locator('.dots').isHidden()).toBe(true);
    expect(await view.page.locator('.card').count()).toBeGreaterThan(4);
    await close(view);
  });

  it('exports all of a drawing of which only a part is on the page', async () => {
    const graph = largeGraph(10);
    const folded = Object.fromEntries(graph.modules.map((m) => [m.path, false]));
    const view = await open(browser, { state: { folded } });
    await view.send(largePicture(graph, 10));
    await view.page.waitForSelector('.card', { timeout: 20_000 });
    const before = await view.page.locator('.card').count();
    await view.send({ type: 'save', kind: 'svg' });
    const saved = (await view.posted()).find((m) => m.type === 'export') as { text: string };
    expect(saved.text.match(/softmax/g)!.length).toBeGreaterThanOrEqual(10);
    expect(await view.page.locator('.card').count()).toBe(before);
    await close(view);
  });

  it('draws a thousand nodes and ten thousand iterations, and again when the cursor moves', async () => {
    const view = await open(browser);
    const graph = largeGraph(32);
    await view.send(largePicture(graph, 10_000));
    await view.page.waitForSelector('.card', { timeout: 20_000 });
    const label = () => view.page.getByRole('slider').getAttribute('aria-valuenow');
    const before = await label();
    await view.send(largePicture(graph, 10_000, 0.6));
    await expect.poll(label).not.toBe(before);
    await close(view);
  });

  for (const theme of ['dark', 'light', 'hc', 'hclight']) {
    for (const width of [400, 1100]) {
      it(`clips and overlaps nothing: ${theme}, ${width} px`, async () => {
        const view = await show(UPDATE_START + 1, { theme, width, height: 900 });
        await view.page.click(`${card(NODE.w1)} .face`, { force: true });
        await view.send({ type: 'tensor', tensor: fixture.tensor({ tensor: 102 }) });
        await view.send({ type: 'update', update: fixture.update(102) });
        const wrong = await view.page.evaluate(() => {
          const found: string[] = [];
          if (document.documentElement.scrollWidth > window.innerWidth) found.push('the page scrolls sideways');
          for (const node of document.querySelectorAll<HTMLElement>(
            'button, .status, .loss-now, h2, dd, .legend li, label',
          )) {
            const box = node.getBoundingClientRect();
            if (box.width === 0) continue;
            if (box.right > window.innerWidth + 1 || box.left < -1)
              found.push(`${node.className} ${node.textContent} leaves the page`);
            if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline')
              found.push(`${node.className} ${node.textContent} is cut`);
          }
          for (const text of document.querySelectorAll<SVGTextElement>('.card .title, .card .detail, .card .number')) {
            const face = text.parentElement!.querySelector('.face')!.getBoundingClientRect();
            const box = text.getBoundingClientRect();
            if (box.width > 0 && (box.right > face.right + 1 || box.left < face.left - 1))
              found.push(`${text.textContent} leaves its card`);
          }
          return found;
        });
        expect(wrong).toEqual([]);
        await close(view);
      });
    }
  }
});
