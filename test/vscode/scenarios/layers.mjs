// What other networks look like: convolutions, a transformer, a recurrent net; at the loss, inside backward(), inside step().
import { join } from 'node:path';
import { root } from '../../../scripts/lib/process.mjs';
import { copyOfExamples } from '../driver.mjs';

export const options = { folder: copyOfExamples(join(root, 'test/fixtures/exact')) };

/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const settled = async () => {
    await code.stopped();
    await code.page.waitForTimeout(1200);
  };
  for (const [file, line] of [
    ['images.py', 39],
    ['transformer.py', 45],
    ['char_rnn.py', 35],
  ]) {
    await code.open(file);
    await code.toggleBreakpoint(line);
    await code.press('F5');
    await code.stopped({ line, timeout: 120_000 });
    await settled();
    await shot(`layers-${file}-loss`);
    for (let i = 0; i < 6; i++) {
      await code.press('F11');
      await settled();
    }
    await shot(`layers-${file}-backward`);
    await code.press('Shift+F5');
    await code.ended();
  }
};
