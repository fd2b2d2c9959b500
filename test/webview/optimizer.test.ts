/** The optimizer's pages over a real recording: where the point goes. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlaneView } from '../../src/protocol/whatif';
import { trainMlp } from '../unit/recorder/script';
import { launch, missing } from './harness';
import { type Live, openLive } from './live';

if (missing) console.warn(`The optimizer's pages are not tested: ${missing}`);
const mlp = trainMlp({ iterations: 12, samples: 10, rule: 'sgd' });
const { recording: r } = mlp.script;

describe.skipIf(missing)('the plane', () => {
  let browser: Browser;
  let view: Live;
  beforeAll(async () => {
    browser = await launch();
    view = await openLive(browser, r, r.iteration(5).backward, { width: 1400, height: 900, state: { page: 'plane' } });
    await view.page.waitForSelector('.plane-map');
  });
  afterAll(() => browser?.close());
  const facts = () => view.page.locator('.plane-facts').textContent();
  const planes = async () => (await view.posted()).filter((m) => m.type === 'plane');

  it('is computed when its page opens, with the path, its point and what is drawn', async () => {
    expect(await planes()).toEqual([{ type: 'plane', axes: { kind: 'path' }, n: 25 }]);
    expect(await view.page.locator('.plane-map circle.at').count()).toBe(12);
    expect(await view.page.locator('.plane-map circle.at.later').count()).toBe(6);
    expect(await view.page.locator('.plane-map .arrow:not(.halo)').count()).toBe(3);
    const text = await facts();
    expect(text).toContain('Iteration 6');
    expect(text).toContain(String(Number(mlp.seen[5].loss.toPrecision(6))));
    expect(text).toContain('the same to the bit');
    expect(text).toContain('Every iteration had this same loss');
    expect(text).toMatch(/−gradient, downhill: \d+ % of it in the plane/);
    expect(await view.page.locator('.plane-map .axis.name').first().textContent()).toMatch(
      /^→ 1st main direction \(\d+ %\)$/,
    );
    expect(view.errors).toEqual([]);
  });

  it('moves its point with the cursor, without computing again, and goes to a point that is clicked or reached by a key', async () => {
    await view.page.locator('.plane-stage').press('ArrowRight');
    await view.answer();
    expect(view.session.recording.iterationAt((await view.session.request('cursor', {})).tick)).toBe(6);
    expect(await view.page.locator('.plane-map circle.at.later').count()).toBe(5);
    const said = await view.page.getAttribute('.plane-stage', 'aria-valuetext');
    expect(said).toMatch(/^iteration 7, loss 0\.\d+, at .* along 1st main direction/);
    const text = await facts();
    expect(text).toContain('Distance from the plane');
    expect(text).not.toContain('the same to the bit');
    const box = (await view.page.locator('.plane-map circle.at').first().boundingBox())!;
    await view.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await view.answer();
    expect((await view.session.request('cursor', {})).iteration).toBe(0);
    expect(await planes()).toHaveLength(1);
  });

  it('is computed for the cursor on demand, with the axes that are chosen', async () => {
    await view.page.click('text=Compute for iteration 1');
    await view.page.waitForSelector('.plane progress');
    expect(await view.page.isVisible('.plane progress')).toBe(true);
    await view.answer();
    expect(await view.page.isVisible('.plane progress')).toBe(false);
    expect(await facts()).toContain('the same to the bit');
    await view.page.selectOption('#plane-kind', 'elements');
    await view.answer();
    const weight = mlp.params[0].tensor.id;
    expect((await planes()).at(-1)).toEqual({
      type: 'plane',
      axes: { kind: 'elements', x: { tensor: weight, element: [0, 0] }, y: { tensor: weight, element: [12, 19] } },
      n: 25,
    });
    expect(await view.page.locator('.plane-map .axis.name').allTextContents()).toEqual([
      '→ linear1.weight[0, 0]',
      '→ linear1.weight[12, 19]',
    ]);
  });

  it('has a name that is longer than its axis above it, and arrows that have become short', async () => {
    const plane: PlaneView = await view.session.request('plane', { axes: { kind: 'random', seed: 0 }, n: 5 });
    const yName = `decoder.layers.11.self_attention.${'projection.'.repeat(4)}weight[12, 19]`;
    const path = plane.path.map((point) => ({
      ...point,
      arrows: point.arrows.map((a) => ({ ...a, x: a.x * 1e-6, y: a.y * 1e-6 })),
    }));
    path[11]!.arrows = plane.path[11]!.arrows;
    await view.send({ type: 'plane', plane: { ...plane, yName, path } });
    // As much of it as there is room for; the whole of it under the pointer.
    expect(await view.page.locator('.plane-map .axis.name').last().textContent()).toMatch(
      /^↑ decoder\.layers\.11\.self/,
    );
    expect(await view.page.locator('.plane-map .axis.name title').textContent()).toBe(`↑ ${yName}`);
    const roles = path[0]!.arrows.map(({ role }) => role);
    expect(await view.page.locator('.plane-map .arrow:not(.halo)').count()).toBe(roles.length);
    expect((await facts())!.match(/drawn ×/g)).toHaveLength(roles.length);
    const [, shaft] = /M([\d.,L]+)$/.exec((await view.page.locator('.plane-map .arrow.grad').getAttribute('d'))!)!;
    const [from, to] = shaft!.split('L').map((at) => at.split(',').map(Number));
    expect(Math.hypot(to![0]! - from![0]!, to![1]! - from![1]!)).toBeGreaterThan(5);
  });

  it('can be ended while it is computed, and shows where the loss is no number', async () => {
    await view.page.selectOption('#plane-kind', 'random');
    await view.send({ type: 'planning', text: 'Point 40 of 637', percent: 6 });
    expect(await view.page.locator('.plane [role=status]').textContent()).toContain('Point 40 of 637');
    await view.page.click('.plane >> text=Cancel');
    await view.drawn();
    expect(await view.page.isVisible('.plane progress')).toBe(false);
    expect((await planes()).slice(-2)).toEqual([
      { type: 'plane', axes: { kind: 'random', seed: 0 }, n: 25 },
      { type: 'plane', axes: null },
    ]);
    const plane: PlaneView = await view.session.request('plane', { axes: { kind: 'random', seed: 0 }, n: 5 });
    plane.losses[3] = 'nan';
    const points = plane.path.map(({ x, y, ...point }) => ({ ...point, x: x + 0.1, y }));
    await view.send({ type: 'plane', plane, others: [{ id: 'b', name: 'with Adam', points }] });
    expect(await view.page.locator('.plane-map .way.other').count()).toBe(1);
    expect(await facts()).toContain('with Adam: 12 points');
    expect(await view.page.locator('.plane-map .not-finite').count()).toBe(1);
    expect(await facts()).toContain('At 1 points (×) the loss is not a finite number.');
    expect(view.errors).toEqual([]);
  });
});

describe.skipIf(missing)('the rule and the velocity', () => {
  let browser: Browser;
  let view: Live;
  const weight = mlp.params[0].tensor.id;
  beforeAll(async () => {
    browser = await launch();
    const state = { page: 'rule', parameter: weight, element: [3, 7] };
    view = await openLive(browser, r, mlp.seen[5].tick, { width: 1400, height: 900, state });
    await view.page.waitForSelector('.pipeline');
  });
  afterAll(() => browser?.close());
  const texts = (selector: string) => view.page.locator(selector).allTextContents();
  const five = (v: number) => String(Number(v.toPrecision(5))).replaceAll('-', '−');

  it('shows the stages that ran, with the numbers of the element or the norm, and goes to one that is clicked', async () => {
    expect(await texts('.stage-name')).toEqual(['gradient', 'momentum: momentum_buffer', 'step', 'new weight']);
    const { grads, velocities, weights } = mlp.seen[5];
    const values = await texts('.stage-value');
    expect([values[0], values[1], values[3]]).toEqual([grads, velocities, weights].map((of) => five(of[0][67])));
    await view.page.click('[data-mode=norm]');
    await view.drawn();
    expect((await texts('.stage-value'))[0]).toBe(`‖${five(Math.hypot(...grads[0]))}‖`);
    await view.page.locator('.stage-card').nth(1).click();
    await view.answer();
    expect((await view.session.request('cursor', {})).label).toContain('momentum_buffer');
    expect(await view.page.locator('.pipeline .now').textContent()).toContain('momentum_buffer');
    expect(await view.page.locator('.pipeline .todo').count()).toBe(2);
  });

  it('stands side by side for all layers', async () => {
    await view.page.click('[data-mode=layers]');
    await view.answer();
    await view.page.waitForSelector('.layers');
    expect(await texts('.layers tbody th')).toEqual(mlp.params.map((p) => p.name));
    await view.page.click('.layers >> text=output.bias');
    await view.answer();
    expect((await view.posted()).filter((m) => m.type === 'optimizer').at(-1)).toMatchObject({
      parameter: mlp.params[3].tensor.id,
      layers: true,
    });
  });

  it('says what each gradient gave to the velocity, and where they fight', async () => {
    await view.session.request('seek', { tick: mlp.seen[5].tick });
    await view.page.click('#page-tab-past');
    await view.answer();
    await view.page.waitForSelector('.past-bars');
    expect(await view.page.locator('.past-bars .bar.grad').count()).toBe(6);
    const said = (await view.page.getAttribute('.past-bars', 'aria-label'))!.split('; ');
    expect(said[5]).toMatch(/^gradient of iteration 6 × 1 = /);
    expect(said[6]).toBe(`momentum_buffer: ${await norm(3)}`);
    await view.page.locator('.past-bars .bar.grad').nth(2).click();
    await view.answer();
    expect((await view.session.request('cursor', {})).iteration).toBe(2);
    const { angles } = await view.session.request('update', { parameter: mlp.params[3].tensor.id });
    const fights = angles.filter((a) => a !== null && a > 90).length;
    expect(await view.page.locator('.fight').count()).toBe(fights);
    expect(view.errors).toEqual([]);
  });
  const norm = async (k: number) => {
    const v = Math.hypot(...mlp.seen[5].velocities[k]);
    return String(Number(v.toPrecision(4)));
  };
});
