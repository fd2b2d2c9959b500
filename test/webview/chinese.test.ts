/** Every view in Simplified Chinese, over a real recording: what is left in Latin letters is a name, a key or a formula. */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setWords } from '../../src/protocol/l10n';
import { trainMlp } from '../unit/recorder/script';
import { launch, missing, open, type View } from './harness';
import { everyView, Recorded } from './recorded';

const words: Record<string, string> = JSON.parse(readFileSync('l10n/bundle.l10n.zh-cn.json', 'utf8'));

/** Names: PyTorch's, the script's, the keyboard's, those of formats; and the letters of formulas. */
const NAMES = new Set(
  `Backstep PyTorch backstep tanh NaN Inf ReLU PNG SVG CSV SGD Nesterov Python
  Ctrl Shift Alt Esc Escape Enter Home End
  loss grad backward forward train lr mean std norm min max param dtype float momentum float32 float64 buf weight bias value step None grad_fn
  linear relu sigmoid draw mul sub mm addmm output Model Linear in_features AccumulateGrad dim dx dy da db dW over the rows where else
  momentum_buffer velocity input sigma1 sigma2 zhat torch optim acc linear1 linear2 grads`.split(/\s+/),
);

if (missing) console.warn(`The Chinese views are not tested: ${missing}`);

/** Whatever a user can see, read in a tooltip or hear. */
const said = (view: View): Promise<string[]> =>
  view.page.evaluate(() => {
    const found = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement?.closest('script, style')) continue;
      const texts =
        node instanceof Element
          ? ['title', 'aria-label', 'placeholder', 'aria-valuetext', 'aria-roledescription'].map(
              (name) => node.getAttribute(name) ?? '',
            )
          : [node.parentElement?.closest('code, .formula') ? '' : (node.textContent ?? '')];
      for (const text of texts) if (/[A-Za-z]{2}/.test(text)) found.add(text.trim());
    }
    return [...found];
  });

const inEnglish = (texts: readonly string[]): string[] =>
  texts.filter((text) =>
    text
      // Paths, calls and attributes are names.
      .replace(/[\w.]+\.\w+|\w+\(|\w*_\w*|\w+Backward\d/g, ' ')
      .split(/[^A-Za-z\d]+/)
      .some((word) => /^[A-Za-z]{3}/.test(word) && !NAMES.has(word)),
  );

describe.skipIf(missing)('in Simplified Chinese', () => {
  let browser: Browser;
  beforeAll(async () => {
    setWords(words);
    browser = await launch();
  });
  afterAll(async () => {
    setWords({});
    await browser?.close();
  });

  test('an empty view', async () => {
    for (const script of ['webview', 'printed'] as const) {
      const view = await open(browser, { words, script });
      expect(inEnglish(await said(view))).toEqual([]);
      await view.page.close();
    }
  });

  test('every panel, forward, backward and in the update', async () => {
    const { recording } = trainMlp({ iterations: 4, samples: 20, rule: 'sgd' }).script;
    const view = await open(browser, { words, width: 1100, height: 1000 });
    const left = new Map<string, string>();
    await everyView(new Recorded(recording, view), async (where) => {
      for (const text of inEnglish(await said(view))) if (!left.has(text)) left.set(text, where);
    });
    expect(Object.fromEntries(left)).toEqual({});
    expect(view.errors).toEqual([]);
    await view.page.close();
  }, 60_000);
});
