/** The Variables view's scopes, over a recording. */
import { expect, it } from 'vitest';
import { Replay } from '../../../src/recorder/replay';
import { frameId } from '../../../src/recorder/stack';
import { Variables } from '../../../src/recorder/variables';
import { given, leaf, Script } from './script';

it('lists a parameter of a network that was made anew once: the newest', () => {
  const script = new Script();
  const { recorder } = script;
  const weights = [1, 2].map((n) => {
    script.line(n, n === 1 ? {} : { net: { module: 10, type: 'Model' } });
    recorder.module(10 * n, null, '', 'Model', '');
    recorder.module(10 * n + 1, 10 * n, 'linear', 'Linear', '');
    const weight = leaf(given([2], () => n));
    recorder.parameter(10 * n + 1, 'weight', weight);
    return weight;
  });
  script.line(3, { net: { module: 20, type: 'Model' } });
  const { recording } = recorder;
  const variables = new Variables({
    recording,
    replay: new Replay(),
    tick: recording.ticks - 1,
    live: null,
    looked: () => null,
    liveChildren: null,
  });
  const scope = variables.scopes(frameId(recording.frameAt(0))).find((s) => s.name === 'Parameters')!;
  const shown = variables.open(scope.ref);
  expect(shown.map((v) => v.name)).toEqual(['linear.weight']);
  expect(shown[0].tensor).toEqual({ tensor: weights[1].id });
});
