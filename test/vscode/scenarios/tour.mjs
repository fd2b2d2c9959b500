// The tutorial's program at every kind of moment: entry, forward, backward, update, by hand, the end, and back in the past.
/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const settled = async () => {
    await code.stopped();
    await code.page.waitForTimeout(700);
  };
  const step = async (key, times) => {
    for (let i = 0; i < times; i++) {
      await code.press(key);
      await code.stopped();
      await code.page.waitForTimeout(120);
    }
    await settled();
  };
  await code.open('three_class.py');
  await code.toggleBreakpoint(12);
  await code.press('F5');
  await code.stopped({ line: 12 });
  await settled();
  await shot('1-first-line');
  await code.toggleBreakpoint(12);
  await code.toggleBreakpoint(28);
  await code.press('F5');
  await code.stopped({ line: 28 });
  await settled();
  await shot('2-forward');
  await code.toggleBreakpoint(28);
  await code.toggleBreakpoint(79);
  await code.press('F5');
  await code.stopped({ line: 79 });
  await settled();
  await shot('3-before-backward');
  await step('F11', 7);
  await shot('4-in-backward');
  await code.press('Shift+F11');
  await settled();
  await step('F11', 4);
  await shot('5-in-step');
  await code.toggleBreakpoint(79);
  await code.toggleBreakpoint(67);
  await code.press('Alt+F5');
  await code.stopped({ line: 67 });
  await settled();
  await shot('6-by-hand-in-the-past');
  await code.toggleBreakpoint(67);
  await code.press('F5');
  await settled();
  await shot('7-end');
};
