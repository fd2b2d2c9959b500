/** The curves panel in a browser: what it asks for, what it says, zoom, smoothing, and what it saves. */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FromWebview, RunLine, ToWebview } from '../../src/protocol/webview';
import { zoomed } from '../../webview/charts/zoom';
import { csvOf } from '../../webview/curves/exports';
import { type ChartData, nearest, smoothed } from '../../webview/curves/series';
import { Fixture, PER_ITERATION } from './fixture';
import { launch, missing, type Options, open, type View } from './harness';

const fixture = new Fixture(60);

describe('arithmetic', () => {
  test('smoothing is the debiased moving average, and leaves out what is not finite', () => {
    const [w, x] = [0.9, [3, 1, 4]];
    const means = smoothed([x[0]!, 'nan', x[1]!, x[2]!], w);
    const by = (n: number) => {
      let [top, under] = [0, 0];
      for (let t = 0; t <= n; t++) {
        top += w ** (n - t) * x[t]!;
        under += w ** (n - t);
      }
      return top / under;
    };
    expect(means[0]).toBeCloseTo(3, 12);
    expect(means[1]).toBeNull();
    expect(means[2]).toBeCloseTo(by(1), 12);
    expect(means[3]).toBeCloseTo(by(2), 12);
  });

  test('the nearest point; zoom stays inside and about the pointer', () => {
    expect([-5, 0, 3, 4, 99].map((at) => nearest([0, 2, 5, 5, 9], at))).toEqual([0, 0, 1, 3, 4]);
    expect(nearest([], 3)).toBe(-1);
    expect(zoomed([0, 100], [0, 100], 50, 0.5)).toEqual([25, 75]);
    expect(zoomed([0, 100], [0, 100], 0, 0.5)).toEqual([0, 50]);
    expect(zoomed([25, 75], [0, 100], 50, 4)).toBeNull();
    expect(zoomed([25, 75], [0, 100], 50, 1, 999)).toEqual([50, 100]);
  });

  test('CSV has every digit, a column for each line, and more rows where an iteration has more points', () => {
    const line = (name: string, iterations: number[], values: (number | string | null)[]) => ({
      name,
      color: '--fwd',
      iterations,
      values,
    });
    const charts: ChartData[] = [
      {
        key: 'a',
        section: 'loss',
        title: 'loss',
        missing: null,
        lines: [line('run', [0, 1], [0.1 + 0.2, 'nan']), line('b, "2"', [1], [7])],
      },
      { key: 'p', section: 'printed', title: 'acc', missing: null, lines: [line('acc', [1, 1], [1, 2])] },
    ];
    expect(csvOf(charts)).toBe('iteration,loss,"loss of b, ""2""",acc\n1,0.30000000000000004,,\n2,nan,7,1\n2,,,2\n');
    // No two columns have one name.
    const one = (section: ChartData['section'], title: string): ChartData => ({
      ...{ key: section, section, title, missing: null },
      lines: [line(title, [0], [1])],
    });
    const all = [one('loss', 'loss'), one('printed', 'loss'), one('gradient', 'linear1'), one('weight', 'linear1')];
    expect(csvOf(all).split('\n')[0]).toBe(
      'iteration,loss,loss (printed),linear1 (gradient norms),linear1 (weight norms)',
    );
  });
});

describe.skipIf(missing)('the panel', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  type Wish = Extract<FromWebview, { type: 'curves' }>;
  const wishOf = (messages: FromWebview[]) => messages.findLast((m): m is Wish => m.type === 'curves');

  async function started(options: Options = {}, known?: number): Promise<View> {
    const view = await open(browser, { width: 1000, height: 900, ...options });
    fixture.tick = 20 * PER_ITERATION + 3;
    await view.send(fixture.picture());
    await view.page.click('#tab-curves');
    await view.drawn();
    await answer(view, known);
    return view;
  }
  async function answer(view: View, known?: number): Promise<void> {
    const wish = wishOf(await view.posted())!;
    const curves = fixture.curves(wish.keys, known);
    await view.send({ type: 'curves', curves, printed: fixture.printedCurves(), working: known !== undefined });
  }
  const values = (view: View) => view.page.locator('.curve figcaption b').allTextContents();

  test('asks for what is chosen, and shows the numbers at the cursor', async () => {
    const view = await started();
    expect(await view.page.locator('.curve-title').allTextContents()).toEqual(['loss', 'train loss']);
    await view.page.click('[data-section=gradient]');
    await view.drawn();
    expect(wishOf(await view.news())).toMatchObject({
      open: true,
      keys: ['gradient:linear1', 'gradient:linear2', 'gradient:output'],
      fill: true,
    });
    await answer(view);
    const [loss, printed, first] = await values(view);
    expect(loss).toBe(String(Number(fixture.iterations[20]!.loss.toPrecision(4))));
    expect(printed).toBe('');
    expect(Number(first)).toBeCloseTo(fixture.curves(['gradient:linear1']).curves[0]!.values[20] as number, 4);
    await view.page.click('#tab-tensor');
    await view.drawn();
    expect(wishOf(await view.news())?.open).toBe(false);
    expect(view.errors).toEqual([]);
    await view.page.close();
  });

  test('one pointer is in every chart; a click goes there', async () => {
    const view = await started();
    const plot = view.page.locator('[data-curve="loss"] .curve-plot');
    const box = (await plot.boundingBox())!;
    await plot.hover({ position: { x: box.width - 11, y: 40 } });
    expect((await values(view))[0]).toMatch(/iteration 60$/);
    expect((await values(view))[1]).toMatch(/iteration 60$/);
    expect(await view.page.locator('.curve-hover:visible').count()).toBe(2);
    await view.news();
    await plot.click({ position: { x: 53, y: 40 } });
    expect(await view.news()).toContainEqual({ type: 'seek', tick: PER_ITERATION - 1 });
    await view.page.close();
  });

  test('dragging over a stretch zooms all charts, and asks for it', async () => {
    const view = await started();
    const box = (await view.page.locator('[data-curve="loss"] .curve-plot').boundingBox())!;
    const middle = box.x + 52 + (box.width - 62) / 2;
    await view.page.mouse.move(middle - 40, box.y + 50);
    await view.page.mouse.down();
    await view.page.mouse.move(middle + 40, box.y + 50, { steps: 3 });
    expect(await view.page.locator('.curve-brush:visible').count()).toBe(1);
    await view.page.mouse.up();
    await view.drawn();
    const wish = wishOf(await view.news())!;
    expect(wish.from).toBeGreaterThan(5);
    expect(wish.to).toBeLessThan(55);
    await view.page.keyboard.press('Tab');
    await view.page.locator('[data-curve="loss"] .curve-plot').focus();
    await view.page.keyboard.press('0');
    await view.drawn();
    expect(wishOf(await view.news())!.from).toBeUndefined();
    await view.page.close();
  });

  test('arrows read the points aloud, Enter goes there', async () => {
    const view = await started();
    const plot = view.page.locator('[data-curve="loss"] .curve-plot');
    await plot.focus();
    await view.page.keyboard.press('ArrowRight');
    expect(await plot.getAttribute('aria-valuetext')).toMatch(/^iteration 22, 1\./);
    await view.news();
    await view.page.keyboard.press('Enter');
    expect(await view.news()).toContainEqual({ type: 'seek', tick: 22 * PER_ITERATION - 1 });
    await view.page.close();
  });

  test('what is missing says how far it is; cancelling stops it and it can be taken up again', async () => {
    const view = await started();
    await view.page.click('[data-section=weight]');
    await view.drawn();
    await answer(view, 15);
    expect(await view.page.locator('.curve-working').textContent()).toMatch(/45 of 180 points computed/);
    await view.page.click('.curve-working button');
    await view.drawn();
    expect(wishOf(await view.news())?.fill).toBe(false);
    expect(await view.page.locator('.curve-working button').textContent()).toBe('Compute the rest');
    await view.page.close();
  });

  test('an expression is plotted, and taken away again', async () => {
    const view = await started();
    await view.page.fill('.curve-add input', 'norm(linear1.weight)');
    await view.page.keyboard.press('Enter');
    await view.drawn();
    expect(wishOf(await view.news())?.keys).toEqual(['watched:norm(linear1.weight)']);
    await answer(view);
    await view.page.click('[data-curve="watched:norm(linear1.weight)"] button');
    await view.drawn();
    expect(wishOf(await view.news())?.keys).toEqual([]);
    await view.page.close();
  });

  test('runs side by side: each has its line, and is shown when its name is clicked', async () => {
    const view = await started();
    const losses = fixture.iterations.map(({ loss }) => loss);
    const run = { name: 'train', parent: null, left: null, losses, shown: true };
    const runs: RunLine[] = [
      { ...run, id: 'a' },
      { ...run, id: 'b', name: 'branch', parent: 'a', left: 9, losses: losses.map((v) => v * 1.1), shown: false },
    ];
    await view.send({ type: 'runs', runs } satisfies ToWebview);
    expect(await view.page.locator('.curve-legend').textContent()).toMatch(/train.*branch/);
    await view.page.click('.curve-legend button');
    expect(await view.news()).toContainEqual({ type: 'focus', run: 'b' });
    await view.page.close();
  });

  test('runs side by side: every curve has the other runs’ too, in the legend, the caption and the CSV', async () => {
    const view = await started();
    await view.page.click('[data-section=gradient]');
    await view.drawn();
    await answer(view);
    const losses = fixture.iterations.map(({ loss }) => loss);
    const run = { name: 'train', parent: null, left: null, losses, shown: true };
    const branch = { ...run, id: 'b', name: 'branch', parent: 'a', left: 9, shown: false };
    await view.send({ type: 'runs', runs: [{ ...run, id: 'a' }, branch] } satisfies ToWebview);
    const [curve] = fixture.curves(['gradient:linear1']).curves;
    const values = curve!.values.map((v) => (v as number) * 2);
    // Its printed numbers come from another line of an edited script: the name is the same.
    const printed = fixture.printedCurves().map((one) => ({ ...one, key: 'printed:0:other' }));
    await view.send({ type: 'curvesOf', run: 'b', curves: [{ ...curve!, values }], printed } satisfies ToWebview);
    const legend = (key: string) => view.page.locator(`[data-curve="${key}"] .curve-legend`);
    expect(await legend('gradient:linear1').textContent()).toBe('trainbranch');
    expect(await legend('printed:0:a').textContent()).toBe('trainbranch');
    expect(await legend('gradient:linear2').count()).toBe(0);
    const plot = view.page.locator('[data-curve="gradient:linear1"] .curve-plot');
    await plot.hover({ position: { x: 53, y: 40 } });
    const [own, other] = [curve!.values[0] as number, values[0]!].map((v) => String(Number(v.toPrecision(4))));
    expect(await view.page.locator('[data-curve="gradient:linear1"] b').textContent()).toContain(`${own} · ${other} ·`);
    await view.news();
    await view.page.click('[data-export=csv]');
    const [saved] = (await view.news()).filter((m) => m.type === 'export');
    expect(saved!.text.split('\n')[1]).toContain(`,${values[0]},`);
    // A run that is gone takes its lines with it.
    await view.send({ type: 'runs', runs: [] } satisfies ToWebview);
    expect(await legend('gradient:linear1').count()).toBe(0);
    expect(view.errors).toEqual([]);
    await view.page.close();
  });

  test('a cursor that moves draws no curve again', async () => {
    const view = await started();
    const curves = view.page.locator('.curve-now').first();
    const left = await curves.getAttribute('style');
    await view.page.evaluate(() => {
      const { lineTo } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.lineTo = function (this: CanvasRenderingContext2D, x: number, y: number) {
        if (this.canvas.closest('.curve')) document.body.dataset.strokes = 'some';
        lineTo.call(this, x, y);
      };
    });
    fixture.tick = 40 * PER_ITERATION + 3;
    await view.send(fixture.picture());
    await answer(view);
    await view.drawn();
    const strokes = () => view.page.evaluate(() => document.body.dataset.strokes);
    expect(await curves.getAttribute('style')).not.toBe(left);
    expect(await strokes()).toBeUndefined();
    await view.page.click('button:text-is("log") >> nth=0');
    await view.drawn();
    expect(await strokes()).toBe('some');
    await view.page.close();
  });

  test('saves numbers, SVG and PNG', async () => {
    const view = await started();
    await view.news();
    for (const kind of ['csv', 'svg', 'png']) await view.page.click(`[data-export=${kind}]`);
    const saved = (await view.news()).filter((m) => m.type === 'export');
    expect(saved.map((m) => m.kind)).toEqual(['csv', 'svg', 'png']);
    const rows = saved[0]!.text.split('\n');
    expect(rows[0]).toBe('iteration,loss,train loss');
    expect(rows[10]).toBe(`10,${fixture.iterations[9]!.loss},${fixture.iterations[9]!.loss.toFixed(3)}`);
    expect(saved[1]!.text).toMatch(/^<svg xmlns/);
    expect(saved[1]!.text).toContain('train loss');
    const wellFormed = await view.page.evaluate(
      (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null,
      saved[1]!.text,
    );
    expect(wellFormed).toBe(true);
    expect(Buffer.from(saved[2]!.text, 'base64').subarray(1, 4).toString()).toBe('PNG');
    await view.page.close();
  });

  test('fifty thousand points are drawn within a frame or two', async () => {
    const view = await started();
    const n = 50_000;
    const picture = fixture.picture() as Extract<ToWebview, { type: 'picture' }>;
    const spans = Array.from({ length: n }, (_, i) => ({
      iteration: i,
      start: 2 * i,
      backward: 2 * i,
      update: 2 * i + 1,
      end: 2 * i + 2,
      loss: Math.sin(i / 900) + 2,
    }));
    await view.send({ ...picture, timeline: { ...picture.timeline, spans } });
    const ms = await view.page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      await frame();
      const times: number[] = [];
      const slider = document.querySelector<HTMLInputElement>('#smooth')!;
      for (let i = 1; i <= 9; i++) {
        slider.value = String(i / 10);
        const began = performance.now();
        slider.dispatchEvent(new Event('input'));
        await frame();
        await frame();
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b)[4]!;
    });
    // Two frames are 33 ms; the machine of the tests is slow and busy.
    expect(ms).toBeLessThan(150);
    await view.page.close();
  });
});

test('no other colours than the theme’s', () => {
  expect(readFileSync('webview/style/curves.css', 'utf8')).not.toMatch(/#[0-9a-f]{3,6}\b/i);
});
