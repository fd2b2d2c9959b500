/** Breakpoints as the gutter makes them, and where a run stops without one. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { breakAt, cleanUp, Debugging, file, lineWith } from './debugging';

describe('breakpoints', () => {
  after(cleanUp);

  it('stop on entry, on a condition, on a count; log points write and do not stop; reverse finds them again', async () => {
    const script = file('train.py');
    const zero = lineWith(script, 'opt.zero_grad()');
    const loss = lineWith(script, 'loss = criterion');
    const step = lineWith(script, 'opt.step()');
    breakAt(script, zero, { log: 'epoch {epoch} of {2 + 3}' });
    breakAt(script, loss, { condition: 'epoch == 1' });
    breakAt(script, step, { hit: '4' });
    const debug = await Debugging.launch(script, { stopOnEntry: true });

    const entry = await debug.stop();
    assert.deepEqual([entry.reason, entry.line], ['entry', 1]);
    assert.equal(debug.printed('console'), '');

    const condition = await debug.go('continue');
    assert.deepEqual([condition.reason, condition.line], ['breakpoint', loss]);
    assert.equal(await debug.value('epoch'), '1');
    assert.equal(debug.printed('console').trim(), 'epoch 0 of 5\nepoch 1 of 5');

    const count = await debug.go('continue');
    assert.deepEqual([count.reason, count.line], ['breakpoint', step]);
    assert.equal(await debug.value('epoch'), '3');

    const back = await debug.go('reverseContinue');
    assert.deepEqual([back.reason, back.line], ['breakpoint', loss]);
    assert.equal(await debug.value('epoch'), '1');

    const again = await debug.go('continue');
    assert.deepEqual([again.line, await debug.value('epoch')], [step, '3']);

    const gone = vscode.debug.breakpoints.filter(
      (one) => !(one instanceof vscode.SourceBreakpoint) || one.location.range.start.line !== loss - 1,
    );
    vscode.debug.removeBreakpoints(gone);
    const last = await debug.go('continue');
    assert.equal(last.reason, 'pause');
    assert.match(last.description, /^The script has ended\./);
    assert.match(debug.printed(), /^0 [\d.]+\n1 .*\n2 .*\n3 .*\n4 .*\ndone\n$/);
  });
});
