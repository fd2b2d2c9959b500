/**
 * Takes pictures of the webview to be looked at, in every theme and two widths: node scripts/shots.mjs FOLDER [what their names have in them]
 */
import { mkdir } from 'node:fs/promises';
import type { ToWebview } from '../../src/protocol/webview';
import { trainMlp } from '../unit/recorder/script';
import { BACKWARD_START, Fixture, NODE, PER_ITERATION, UPDATE_START } from './fixture';
import { launch, type Options, open, sizes, type View } from './harness';
import { largeGraph, largePicture } from './large';
import { Recorded } from './recorded';

const folder = process.argv[2] ?? 'test-results/shots';
const only = process.argv[3];
await mkdir(folder, { recursive: true });
const browser = await launch();
const fixture = new Fixture(200);

/** Answers what the panels ask for, as the extension would. */
export async function serve(view: View, f: Fixture): Promise<void> {
  for (const message of await view.news()) {
    if (message.type === 'inspect' && message.ref) await view.send({ type: 'tensor', tensor: f.tensor(message.ref) });
    if (message.type === 'neurons') {
      const layers = message.nodes.map((node) => f.neurons(node)).filter((layer) => layer !== null);
      await view.send({ type: 'neurons', layers });
    }
    if (message.type === 'measure') {
      f.measure = message.measure;
      if (f.measure) await view.send(f.picture());
    }
    if (message.type === 'optimizer' && message.open) {
      await view.send({ type: 'update', update: f.update(message.parameter, message.element) });
    }
    if (message.type === 'stretch') {
      await view.send({ type: 'stretch', stretch: f.stretch(message.from, message.to) });
    }
    if (message.type === 'curves' && message.open) {
      const printed = f.printedCurves();
      await view.send({ type: 'curves', curves: f.curves(message.keys), printed, working: false });
    }
  }
}

async function shot(name: string, options: Options, act: (view: View) => Promise<void>): Promise<void> {
  if (only && !name.includes(only)) return;
  const view = await open(browser, options);
  await act(view);
  await view.page.waitForTimeout(300);
  await view.page.screenshot({ path: `${folder}/${name}.png` });
  if (view.errors.length > 0) console.log(name, view.errors);
  await view.page.close();
}

async function at(view: View, tick: number): Promise<void> {
  fixture.tick = tick;
  await view.send(fixture.picture());
  await view.page.waitForSelector('.card');
  await view.page.waitForTimeout(150);
  await serve(view, fixture);
}

const WIDE = { width: 1100, height: 800 };
const NARROW = { width: 480, height: 860 };
const middle = 11 * PER_ITERATION;
await shot('empty', WIDE, async () => {});
for (const theme of ['dark', 'light', 'hc', 'hclight']) {
  await shot(`forward-${theme}-1100`, { ...WIDE, theme }, (view) => at(view, middle + 4));
  await shot(`backward-${theme}-1100`, { ...WIDE, theme }, (view) => at(view, middle + BACKWARD_START + 6));
  await shot(`backward-${theme}-480`, { ...NARROW, theme }, (view) => at(view, middle + BACKWARD_START + 6));
  await shot(`optimizer-${theme}-1100`, { ...WIDE, theme }, async (view) => {
    await at(view, middle + UPDATE_START + 2);
  });
}
for (const [mode, theme, size] of [
  ['value', 'dark', WIDE],
  ['grad', 'light', WIDE],
  ['ratio', 'dark', WIDE],
  ['ratio', 'hclight', { width: 400, height: 860 }],
  ['dead', 'hc', WIDE],
  ['change', 'light', NARROW],
] as const) {
  await shot(`mode-${mode}-${theme}-${size.width}`, { ...size, theme }, async (view) => {
    await at(view, middle + BACKWARD_START + 6);
    await view.page.selectOption('select.mode', mode);
    await view.drawn();
    await serve(view, fixture);
    fixture.measure = null;
  });
}
for (const [part, theme, size] of [
  ['weight', 'dark', WIDE],
  ['grad', 'light', WIDE],
  ['update', 'hc', NARROW],
  ['weight', 'hclight', { width: 400, height: 860 }],
] as const) {
  await shot(`neurons-${part}-${theme}-${size.width}`, { ...size, theme }, async (view) => {
    await at(view, middle + BACKWARD_START + 6);
    await view.page.click(`[data-key="n${NODE.linear2}"] .into`);
    await view.page.waitForTimeout(200);
    await serve(view, fixture);
    await view.page.selectOption('.below select:not([hidden]) >> nth=1', part);
  });
}
await shot('optimizer-dark-400', { width: 400, height: 800 }, async (view) => {
  await at(view, middle + UPDATE_START + 2);
  await view.page.click('#tab-optimizer');
  await view.page.waitForTimeout(100);
  await serve(view, fixture);
});
await shot('weight-dark-700', { width: 700, height: 1000 }, async (view) => {
  await at(view, middle + UPDATE_START);
  await view.page.click(`[data-key="n${NODE.w1}"]`);
  await view.page.waitForTimeout(100);
  await serve(view, fixture);
});
await shot('weight-light-1600', { width: 1600, height: 1000, theme: 'light' }, async (view) => {
  await at(view, middle + UPDATE_START + 7);
  await view.page.click(`[data-key="n${NODE.w1}"]`);
  await view.page.waitForTimeout(100);
  await serve(view, fixture);
  await view.page.click('.numbers summary');
});
for (const [theme, width] of [
  ['dark', 1100],
  ['light', 400],
  ['hc', 1100],
  ['hclight', 700],
] as const) {
  await shot(`curves-${theme}-${width}`, { width, height: 900, theme }, async (view) => {
    await at(view, middle + UPDATE_START + 2);
    await view.page.click('#tab-curves');
    for (const section of ['gradient', 'ratio']) await view.page.click(`[data-section=${section}]`);
    for (let round = 0; round < 3; round++) {
      await view.drawn();
      await serve(view, fixture);
    }
    if (theme === 'dark')
      await view.page.locator('[data-curve="gradient:linear1"] .curve-plot').hover({ position: { x: 150, y: 50 } });
  });
}
/** The inspector over a real recording, on each of its tabs. */
const mlp = trainMlp({ iterations: 4, samples: 80, rule: 'sgd' });
const label = async (recorded: Recorded, name: string): Promise<number> =>
  (await recorded.session.request('graph', {})).nodes.find((n) => n.label === name)!.id;
for (const theme of ['dark', 'light', 'hc', 'hclight'])
  for (const width of [400, 1100])
    for (const [node, tab] of [
      ['linear in linear2', 'explain'],
      ['linear1.weight', 'grad'],
      ['linear1.weight', 'parameter'],
      ['relu of linear1', 'value'],
      ['linear1.weight', 'history'],
    ] as const)
      await shot(`inspector-${tab}-${theme}-${width}`, { width, height: 1100, theme, elk: false }, async (view) => {
        const recorded = new Recorded(mlp.script.recording, view);
        await recorded.go(mlp.script.recording.iteration(2).update);
        await view.page.click(`[data-key="n${await label(recorded, node)}"] .face`, { force: true });
        await recorded.settle();
        await view.page.click(`.parts [data-part="${tab}"]`);
        await recorded.settle();
        if (tab === 'grad') await view.page.click('.body .check .toggle');
        if (tab === 'value') await view.page.click('.numbers summary');
        if (tab === 'value') await view.page.locator('.heatmap canvas').click({ position: { x: 30, y: 15 } });
        await recorded.settle();
      });
for (const [theme, width] of [
  ['dark', 1100],
  ['light', 400],
  ['hc', 700],
  ['hclight', 1100],
] as const) {
  await shot(`timeline-${theme}-${width}`, { width, height: 700, theme }, async (view) => {
    fixture.bookmarks = [{ tick: middle - 40, note: 'look here' }];
    fixture.marks = [
      { tick: middle - 60, kind: 'breakpoint', text: 'three_class.py:32' },
      { tick: middle + BACKWARD_START, kind: 'breakpoint', text: 'three_class.py:32' },
      { tick: middle + UPDATE_START, kind: 'watchpoint', text: 'norm(p.grad) > 1' },
      { tick: middle + 60, kind: 'branch', text: 'lr = 1' },
    ];
    await at(view, middle + UPDATE_START + 2);
    const canvas = view.page.locator('canvas.all');
    const box = (await canvas.boundingBox())!;
    await view.page.mouse.move(box.x + 56 + (box.width - 68) * 0.058, box.y + 40);
    for (let i = 0; i < (theme === 'light' ? 6 : 9); i++) await view.page.mouse.wheel(0, -120);
    await view.page.waitForTimeout(400);
    await serve(view, fixture);
    await view.page.mouse.move(box.x + box.width / 2, box.y + 40);
    await view.drawn();
    await serve(view, fixture);
    [fixture.marks, fixture.bookmarks] = [[], []];
  });
}
const graph = largeGraph(16);
const large: ToWebview = largePicture(graph, 10_000);
await shot('large-folded-1100', WIDE, async (view) => {
  await view.send(large);
  await view.page.waitForSelector('.card', { timeout: 20_000 });
});
for (const [theme, size] of [
  ['light', WIDE],
  ['hc', NARROW],
] as const) {
  await shot(`search-${theme}-${size.width}`, { ...size, theme }, async (view) => {
    await view.send(largePicture(largeGraph(40), 10));
    await view.page.waitForSelector('.card', { timeout: 20_000 });
    await view.page.focus('[data-key][tabindex="0"]');
    await view.page.keyboard.press('/');
    await view.page.keyboard.type('attn softmax');
    await view.page.keyboard.press('Enter');
    await view.page.waitForTimeout(800);
  });
}
for (const [theme, size] of [
  ['dark', WIDE],
  ['hclight', { width: 400, height: 860 }],
] as const) {
  await shot(`changed-${theme}-${size.width}`, { ...size, theme }, async (view) => {
    fixture.change = {
      fresh: [NODE.relu],
      gone: [{ op: 'dropout', label: 'dropout of sigmoid', module: '', place: null, after: NODE.sigmoid }],
    };
    await at(view, middle + BACKWARD_START + 6);
    fixture.change = null;
  });
}
await shot('repeated-light-1100', { ...WIDE, theme: 'light' }, async (view) => {
  await view.send(largePicture(largeGraph(112), 10));
  await view.page.waitForSelector('.card', { timeout: 20_000 });
});
await shot('low-540', { width: 540, height: 507 }, (view) => at(view, middle + BACKWARD_START + 6));
await shot('low-900', { width: 900, height: 480 }, (view) => at(view, middle + UPDATE_START + 2));
await shot('large-folded-540', { width: 540, height: 507 }, async (view) => {
  await view.send(large);
  await view.page.waitForSelector('.card', { timeout: 20_000 });
});
await shot('large-open-1100', WIDE, async (view) => {
  await view.send(largePicture(largeGraph(3), 300));
  await view.page.waitForSelector('.card', { timeout: 20_000 });
  await view.page.click('.fit');
});
await shot('large-near-1100', { ...WIDE, theme: 'light' }, async (view) => {
  await view.send(largePicture(largeGraph(3), 300));
  await view.page.waitForSelector('.card', { timeout: 20_000 });
});
await shot('table-light-500', { width: 500, height: 900, theme: 'light' }, async (view) => {
  await at(view, middle + BACKWARD_START + 9);
  await view.page.click('.numbers summary');
  await view.page.locator('.numbers').scrollIntoViewIfNeeded();
  await view.page.locator('.heatmap canvas').hover({ position: { x: 40, y: 40 }, force: true });
});
await browser.close();
console.log(folder, await sizes());
