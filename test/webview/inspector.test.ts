/** The inspector over a real recording: each number on it is compared with what was recorded. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FromWebview } from '../../src/protocol/webview';
import { backwardFrom, given, leaf, op, Script, trainMlp } from '../unit/recorder/script';
import { launch, missing, type Options, open } from './harness';
import { Recorded } from './recorded';

const mlp = trainMlp({ iterations: 4, samples: 80, rule: 'sgd' });
const r = mlp.script.recording;
const AFTER_BACKWARD = r.iteration(2).update;
const forwardTick = (name: string): number => {
  for (let t = r.iteration(2).start; ; t++) if (r.recordAt(t)?.name === name) return t;
};

describe.skipIf(missing)('the inspector', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  }, 60_000);
  afterAll(() => browser?.close());

  async function show(tick = AFTER_BACKWARD, options: Options = {}, of = r) {
    const view = await open(browser, { elk: false, width: 1100, height: 900, ...options });
    const recorded = new Recorded(of, view);
    await recorded.go(tick);
    const { page } = view;
    const node = async (label: string): Promise<void> => {
      const { nodes } = await recorded.session.request('graph', {});
      await page.click(`[data-key="n${nodes.find((n) => n.label === label)!.id}"] .face`, { force: true });
      await recorded.settle();
    };
    const tab = async (name: string): Promise<void> => {
      await page.click(`.parts [data-part="${name}"]`);
      await recorded.settle();
    };
    const click = async (selector: string): Promise<void> => {
      await page.click(selector);
      await recorded.settle();
    };
    const text = async (selector: string): Promise<string> => (await page.textContent(selector)) ?? '';
    const asked = <T extends FromWebview['type']>(type: T) =>
      recorded.asked.filter((m): m is Extract<FromWebview, { type: T }> => m.type === type);
    const close = async (): Promise<void> => {
      expect(view.errors).toEqual([]);
      await page.close();
    };
    return { view, page, recorded, node, tab, click, text, asked, close };
  }

  it('takes a sigmoid apart: its value, its slope, and upstream × local', async () => {
    const v = await show();
    await v.node('sigmoid of linear2');
    await v.tab('explain');
    expect(await v.text('.explain .formula')).toContain('1 / (1 + e');
    const [value] = /= (\S+)$/.exec(await v.text('.explain .sum.value'))!.slice(1);
    expect(Number(value)).toBeGreaterThan(0);
    const [upstream, local, product] = (await v.text('.explain .block:nth-of-type(3) .term')).match(/[−\d.e]+/g)!;
    const n = (s: string | undefined) => Number(s!.replaceAll('−', '-'));
    expect(n(upstream) * n(local)).toBeCloseTo(n(product), 3);
    await v.close();
  });

  it('chooses an element by a click on its cell, and explains that one', async () => {
    const v = await show();
    await v.node('linear in linear2');
    await v.page.locator('.heatmap canvas').click({ position: { x: 30, y: 15 } });
    await v.recorded.settle();
    const [chosen] = /\[\d+, \d+\]/.exec(await v.text('.heatmap .readout'))!;
    await v.click('.heatmap .link >> text=Explain it');
    expect(await v.page.getAttribute('[data-part="explain"]', 'aria-selected')).toBe('true');
    expect(await v.text('.explain .sum.value')).toContain(chosen);
    expect(v.asked('explain').at(-1)!.question).toMatchObject({ element: JSON.parse(chosen) });
    // 13 products; eight at a glance.
    expect(await v.page.locator('.explain .block:nth-of-type(2) .term').count()).toBe(8);
    await v.click('.explain .block:nth-of-type(2) .more');
    expect(await v.page.locator('.explain .block:nth-of-type(2) .term').count()).toBe(13);
    await v.close();
  });

  it('writes the chain rule from the loss to a weight, and a factor leads to its tick', async () => {
    const v = await show();
    await v.node('linear1.weight');
    await v.tab('explain');
    const factors = await v.page.locator('.product .factor .fraction').allTextContents();
    expect(factors[0]).toMatch(/^∂loss∂/);
    expect(factors.at(-1)).toMatch(/∂linear1\.weight$/);
    expect(await v.text('.explain .block:last-of-type .sum')).toBe('∂loss/∂linear1.weight =');
    await v.page.click('.product .factor >> nth=1');
    await v.recorded.settle();
    const { tick } = v.asked('seek').at(-1)!;
    expect(r.recordAt(tick)!.kind).toBe('backward');
    await v.close();
  });

  it('checks the gradient of a parameter, says so in words, and shows the worst element', async () => {
    const v = await show();
    await v.node('linear1.weight');
    await v.tab('grad');
    await v.click('.body .check .toggle');
    expect(await v.text('.body .verdict .chip')).toBe('agrees');
    expect(await v.text('.body .verdict')).toContain('linear1.weight, against the loss of iteration 3');
    const [worst] = /\[\d+, \d+\]/.exec(await v.text('.body .verdict'))!;
    await v.click('.body .verdict .link');
    expect(await v.text('.heatmap .readout')).toContain(worst);
    await v.close();
  });

  it('checks one op alone', async () => {
    const v = await show();
    await v.node('relu of linear1');
    await v.tab('explain');
    await v.click('.explain .check .toggle');
    expect(await v.text('.explain .verdict')).toContain('relu alone');
    await v.close();
  });

  it('says what to do where there is nothing', async () => {
    const v = await show(forwardTick('relu'));
    await v.node('relu of linear1');
    await v.tab('parameter');
    expect(await v.text('.inspector .missing')).toContain('Select a layer');
    await v.tab('explain');
    expect(await v.text('.explain')).toContain('Step on into loss.backward()');
    await v.tab('state');
    expect(await v.text('.inspector .face > .missing')).toContain('for parameters only');
    await v.node('linear1.weight');
    expect(v.asked('inspect').at(-1)!.ref!.part).toBe('state:momentum_buffer');
    await v.close();
  });

  it('shows a layer’s parameters with their norms, and another one on a click', async () => {
    const v = await show();
    await v.node('linear in output');
    await v.tab('parameter');
    expect(await v.page.locator('.picks button').allTextContents()).toEqual(['output.weight', 'output.bias']);
    expect(await v.text('.wide .stats')).toContain('update / weight');
    await v.click('.picks button >> text=output.bias');
    expect(await v.page.getAttribute('.picks button >> nth=1', 'aria-pressed')).toBe('true');
    await v.close();
  });

  it('compares with the iteration before, and lays its histogram behind', async () => {
    const v = await show();
    await v.node('linear1.weight');
    expect(await v.page.locator('.histogram .was').count()).toBeGreaterThan(5);
    await v.page.selectOption('.tools-row select', 'iteration');
    await v.recorded.settle();
    expect(await v.text('.tools-row .note')).toContain('differences from iteration 2');
    expect(v.asked('inspect').at(-1)!.ref).toMatchObject({ against: 'iteration' });
    await v.close();
  });

  it('says what is wrong with a tensor, why, and where', async () => {
    const v = await open(browser, { elk: false, width: 1100, height: 900 });
    const script = new Script(undefined, 'h = relu(w * x)\nloss.backward()');
    const w = leaf(given([4], (i) => i + 1));
    script.line(1, { w, x: given([4], () => -1) });
    const h = op(
      'relu',
      op(
        'mul',
        w,
        given([4], () => -1),
      ),
    );
    script.line(2, { h });
    backwardFrom(op('sum', h));
    script.line(3);
    const recorded = new Recorded(script.recording, v);
    await recorded.go(script.recording.ticks - 1);
    await v.send({ type: 'show', ref: { tensor: h.id } });
    await recorded.settle();
    expect(await v.page.locator('.health .chip').allTextContents()).toContain('⚠ Dead');
    await v.page.click('.health .chip >> text=Dead');
    await recorded.settle();
    expect(await v.page.textContent('.health .reason')).toContain('Every result is 0');
    expect(await v.page.textContent('.health .reason code')).toMatch(/^all\(tensor\(\d+\) == 0\)$/);
    expect(recorded.asked.filter((m) => m.type === 'reveal').at(-1)).toMatchObject({ line: 1 });
    expect(v.errors).toEqual([]);
    await v.page.close();
  });

  it('shows image-like tensors as pictures, and any two dimensions of them', async () => {
    const v = await open(browser, { elk: false, width: 1100, height: 900 });
    const script = new Script(undefined, 'y = x * 2');
    const x = given([30, 1, 6, 5], (i) => i % 31);
    script.line(1, { x });
    const y = op('mul', x, 2);
    script.line(2, { y });
    const recorded = new Recorded(script.recording, v);
    await recorded.go(script.recording.ticks - 1);
    await v.send({ type: 'show', ref: { tensor: y.id } });
    await recorded.settle();
    expect(await v.page.locator('.picture canvas').count()).toBe(24);
    expect(await v.page.textContent('.images .note')).toBe('30 pictures, grey: black is 0, white is 60');
    await v.page.click('[aria-label="Pictures after these"]');
    await recorded.settle();
    expect(await v.page.locator('.picture canvas').count()).toBe(6);
    await v.page.click('.picture >> nth=1');
    await recorded.settle();
    expect(recorded.asked.filter((m) => m.type === 'inspect').at(-1)!.ref).toMatchObject({ slice: [25, 0] });
    await v.page.selectOption('[aria-label="Dimension of the rows"]', '0');
    await recorded.settle();
    expect(await v.page.textContent('.pages')).toBe('');
    expect(recorded.asked.filter((m) => m.type === 'inspect').at(-1)!.ref).toMatchObject({ axes: [0, 3] });
    expect(v.errors).toEqual([]);
    await v.page.close();
  });

  it('reads any row of a long tensor as exact numbers', async () => {
    const v = await show();
    await v.node('relu of linear1');
    await v.page.click('.numbers summary');
    await v.recorded.settle();
    await v.page.locator('.numbers .s-rows').evaluate((rows) => {
      rows.scrollTop = rows.scrollHeight;
    });
    await v.view.drawn();
    await v.recorded.settle();
    const rows = await v.page.locator('.numbers .s-line').allTextContents();
    const last = rows.find((row) => row.startsWith('79'));
    expect(last).toBeDefined();
    expect(last).not.toContain('…');
    expect(v.asked('cells').at(-1)!.question).toMatchObject({ row0: 64 });
    await v.close();
  });

  it('goes over the iterations, by any measure', async () => {
    const v = await show();
    await v.node('linear1.weight');
    await v.tab('history');
    expect(await v.text('.past figcaption')).toContain('norm(linear1.weight)');
    await v.click('.past [data-measure="max"]');
    expect(await v.text('.past figcaption')).toContain('max(linear1.weight)');
    await v.close();
  });

  it('shows a velocity that the script keeps by hand, and its history', async () => {
    const mine = trainMlp({ iterations: 4, samples: 20, rule: 'data' });
    const v = await show(mine.script.recording.ticks - 1, {}, mine.script.recording);
    await v.node('linear1.weight');
    await v.tab('state');
    expect(await v.text('.inspector h2')).toBe('v of linear1.weight');
    expect(await v.page.getAttribute('.parts [data-part="state"]', 'title')).toContain(
      'by the optimizer or by the script',
    );
    await v.click('.copies >> text=Show its history');
    expect(await v.text('.past figcaption')).toContain('norm(v of linear1.weight)');
    expect(v.asked('history').at(-1)!.ref).toMatchObject({ part: 'state:v' });
    await v.close();
  });

  it('copies as Python, and opens a table', async () => {
    const v = await show();
    await v.node('linear1.weight');
    await v.click('.copies >> text=Copy as Python');
    await v.click('.copies >> text=Open as table');
    expect(v.asked('text').map(({ as, to }) => [as, to])).toEqual([
      ['python', 'clipboard'],
      ['csv', 'editor'],
    ]);
    await v.close();
  });

  for (const [theme, width] of [
    ['dark', 400],
    ['light', 1100],
    ['hc', 400],
    ['hclight', 400],
  ] as const)
    it(`cuts nothing off: ${theme}, ${width} px`, async () => {
      const v = await show(AFTER_BACKWARD, { theme, width });
      await v.node('linear in linear2');
      for (const tab of ['value', 'grad', 'parameter', 'explain', 'history']) {
        await v.tab(tab);
        const wide = await v.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide, tab).toBeLessThanOrEqual(0);
        const cut = await v.page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>('.inspector button, .inspector dd, .inspector label')]
            .filter((node) => node.getBoundingClientRect().width > 0)
            .filter((node) => node.getBoundingClientRect().right > window.innerWidth + 1)
            .map((node) => node.textContent),
        );
        expect(cut, tab).toEqual([]);
      }
      await v.close();
    });
});
