/** How long VS Code waits for Backstep, in the real VS Code. `node bench/vscode.mjs` runs this; the names say what was measured. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { breakAt, cleanUp, Debugging, file, lineWith, open } from '../../test/vscode/host/debugging';

const ROUNDS = 6;

/** The tests report their names: the figure goes there. */
function tell(context: Mocha.Context, text: string): void {
  context.test!.title += `: ${text}`;
}

describe('VS Code', () => {
  it('activates Backstep', async function () {
    const extension = vscode.extensions.getExtension('backstep.backstep')!;
    assert.equal(extension.isActive, false, 'it was active before: nothing to measure');
    const start = performance.now();
    // As VS Code loads it, which finds it loaded then.
    require(join(extension.extensionPath, extension.packageJSON.main));
    const loaded = performance.now();
    await extension.activate();
    const ended = performance.now();
    tell(
      this,
      `${(loaded - start).toFixed(0)} ms to load, ${(ended - loaded).toFixed(0)} ms for the rest, VS Code's own part with it`,
    );
  });
});

describe('F5 on the tutorial', () => {
  afterEach(cleanUp);
  for (let round = 1; round <= ROUNDS; round++)
    it(round === 1 ? 'the first time' : `time ${round}`, async function () {
      const script = file('three_class.py');
      await open(script);
      breakAt(script, lineWith(script, 'import torch'));
      const start = performance.now();
      const debug = await Debugging.begin(() => vscode.commands.executeCommand('workbench.action.debug.start'));
      await debug.stop();
      tell(this, `${(performance.now() - start).toFixed(0)} ms to the first stop`);
    });
});
