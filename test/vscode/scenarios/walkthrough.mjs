// The tour, by its buttons. Its pictures (media/tour) are made by this, in a light and a dark theme:
//   TOUR_PICTURES=media/tour node scripts/screenshot.mjs --size 1600x1050 --theme light --out /tmp/tour walkthrough
/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const { page } = code;
  const panel = async () => (await code.webview()).locator('.app');
  const press = async (step, button) => {
    const title = page.locator('.getting-started-step', { hasText: step });
    await title.first().click();
    await page.locator('.getting-started-step.expanded').getByRole('button', { name: button, exact: true }).click();
  };
  const picture = async (name) => {
    await page.waitForTimeout(1500);
    await shot(`walkthrough-${name}`);
    const theme = (await page.locator('.monaco-workbench.vs-dark').count()) > 0 ? 'dark' : 'light';
    await (await panel()).screenshot({ path: `${process.env.TOUR_PICTURES ?? '/tmp'}/${name}-${theme}.png` });
  };
  await code.command('Backstep: Take the Tour');
  await page.locator('.getting-started-step').first().waitFor();
  await page.waitForTimeout(1000);
  await shot('walkthrough-0');
  await press('A network that learns', 'Open the Example');
  await page.locator('.tab', { hasText: 'three_class.py' }).waitFor();
  await press('Stop before the gradient', 'Start, and Stop There');
  await code.stopped({ line: 79 });
  await picture('forward');
  await press('Step into the backward pass', 'Step Into');
  for (let i = 0; i < 5; i++) await press('Step into the backward pass', 'Step Into');
  await picture('backward');
  await press('Ask where a gradient comes from', 'Why This Gradient');
  await page.waitForTimeout(1500);
  await shot('walkthrough-gradient');
  await page.keyboard.press('Escape');
  await press('Step into the update', 'Step Into the Update');
  await picture('update');
  await press('Watch the momentum', 'Go to the Next Update');
  await picture('momentum');
  await press('Step back', 'Step Back');
  await picture('back');
};
