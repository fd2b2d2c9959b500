/** The palette's watchpoints: every one is an expression that a run can answer. */
import { expect, it } from 'vitest';
import { isNumber, TEMPLATES } from '../../../src/extension/watchTemplates';
import { Replay } from '../../../src/recorder/replay';
import { Watchpoints } from '../../../src/recorder/watch/watchpoints';
import { trainMlp } from '../recorder/script';

const { script } = trainMlp({ iterations: 3 });

it.each(TEMPLATES.map((t) => [t.label, t] as const))('%s', (_, template) => {
  const answers = template.asks.map((ask) => ask.value);
  for (const { value } of template.asks) expect(isNumber(value)).toBe(true);
  for (const name of ['p', 'linear1.weight', 'tensor(3)'])
    for (const of of [template.of === 'gradient' ? `${name}.grad` : name]) {
      const watchpoints = new Watchpoints(script.recording, new Replay());
      const faults: string[] = [];
      watchpoints.onFault = (text) => faults.push(text);
      const [status] = watchpoints.set('user', [{ expression: template.expression(of, ...answers) }]);
      expect(status.message).toBeUndefined();
      watchpoints.search(-1, script.recording.ticks - 1);
      expect(faults).toEqual([]);
    }
});

it('takes numbers only as bounds', () => {
  expect(isNumber('many')).toBe(false);
  expect(isNumber('')).toBe(false);
});
