/** The tour's parts that only package.json knows of are there. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Step {
  id: string;
  description: string;
  media: { image: Record<string, string>; altText: string };
  completionEvents: string[];
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const { contributes } = json('package.json');
const english: Record<string, string> = json('package.nls.json');
const steps: Step[] = contributes.walkthroughs[0].steps;
const commands = new Set<string>(contributes.commands.map(({ command }: { command: string }) => command));

test.each(steps)(
  '$id: its picture is there in every theme and small, its buttons and its end are commands of ours',
  (step) => {
    for (const theme of ['light', 'dark', 'hc', 'hcLight']) {
      const path = step.media.image[theme]!;
      expect(existsSync(path), path).toBe(true);
      expect(statSync(path).size, path).toBeLessThan(100_000);
    }
    const buttons = [...english[step.description.slice(1, -1)]!.matchAll(/\(command:([\w.]+)\)/g)].map(
      ([, name]) => name!,
    );
    expect(buttons.length).toBeGreaterThan(0);
    const ends = step.completionEvents.flatMap((event) => /^onCommand:(.+)/.exec(event)?.[1] ?? []);
    for (const name of [...buttons, ...ends]) expect(commands).toContain(name);
  },
);

test('the example has the line that the tour stops at', () => {
  expect(readFileSync('examples/three_class.py', 'utf8')).toMatch(/^ {4}loss\.backward\(\)$/m);
});
