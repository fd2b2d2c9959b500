/** What axe has to say of a view that is serious, in a harness or in a real VS Code. */
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Frame, Page } from 'playwright-core';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
/** A card's name says in words what its signs and figures say; that its title is in it is tested apart. */
const CARD = 'label-content-name-mismatch: <g class="card ';

export async function serious(page: Page | Frame): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`))
    .filter((text) => !text.startsWith(CARD));
}
