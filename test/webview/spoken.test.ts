/** What a screen reader hears of each kind of move, over a real recording. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trainMlp } from '../unit/recorder/script';
import { launch, missing, open } from './harness';
import { Recorded } from './recorded';

if (missing) console.warn(`What is spoken is not tested: ${missing}`);

describe.skipIf(missing)('a screen reader hears', () => {
  let browser: Browser;
  let recorded: Recorded;
  beforeAll(async () => {
    browser = await launch();
    const { recording } = trainMlp({ iterations: 4, samples: 20, rule: 'sgd' }).script;
    recorded = new Recorded(recording, await open(browser));
  });
  afterAll(() => browser?.close());

  const said = async (tick: number): Promise<string> => {
    await recorded.go(tick);
    return (await recorded.view.page.textContent('.spoken')) ?? '';
  };

  test('iteration, phase and op of every tick of an iteration, and its norm', async () => {
    const { start, backward, update } = recorded.recording.iteration(2);
    const end = recorded.recording.iteration(3).start;
    const all: string[] = [];
    for (let tick = start; tick < end; tick++) all.push(await said(tick));
    const of = (from: number, to: number) => all.slice(from - start, to - start);
    expect(all.every((text) => text.startsWith('iteration 3, '))).toBe(true);
    expect(of(start, backward)).toContainEqual(
      expect.stringMatching(/^iteration 3, forward, linear.*, value norm [\d.e-]+$/),
    );
    expect(
      of(backward, update).some((text) => /^iteration 3, backward, .*linear.*, gradient norm [\d.e-]+$/.test(text)),
    ).toBe(true);
    expect(of(update, end)).toContainEqual(expect.stringMatching(/^iteration 3, update, .*weight/));
    // A move back says what it said on the way there.
    expect(await said(backward)).toBe(all[backward - start]);
  });

  test('the iteration that was gone to, and the end', async () => {
    const { recording } = recorded;
    expect(await said(recording.iteration(0).start)).toMatch(/^iteration 1, /);
    expect(await said(recording.iteration(3).backward)).toMatch(/^iteration 4, backward, /);
    expect(recorded.view.errors).toEqual([]);
  });
});
