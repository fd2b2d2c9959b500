/** Scripts that fail and scripts that never end, and what a session leaves behind. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { breakAt, cleanUp, Debugging, file, lineWith, until } from './debugging';
import { skip } from './index';

describe('trouble', () => {
  afterEach(cleanUp);

  it("stops at an exception with Python's own traceback, and everything before it can be explored", async () => {
    const script = file('raises.py');
    const debug = await Debugging.launch(script);
    const stop = await debug.stop();
    assert.deepEqual([stop.reason, stop.source, stop.frame], ['exception', 'return values[n]', 'fail']);
    const info = await debug.send('exceptionInfo', { threadId: 1 });
    assert.equal(info.exceptionId, 'IndexError');
    assert.match(
      info.details.stackTrace,
      /^Traceback \(most recent call last\):\n {2}File ".*raises\.py", line 14, in <module>/,
    );
    assert.equal(await debug.value('(n, values)'), '(10, [0, 1, 2])');
    breakAt(script, lineWith(script, 'values.append(i)'));
    await debug.go('reverseContinue');
    assert.equal(await debug.value('i'), '2');
    await debug.go('reverseContinue');
    assert.equal(await debug.value('values'), '[0]');
  });

  it('stops where a part of torch is missing, and says so', async () => {
    const debug = await Debugging.launch(file('unsupported.py'));
    const stop = await debug.stop();
    assert.deepEqual([stop.reason, stop.line], ['exception', 4]);
    assert.match(stop.text, /torch\.sspaddmm is not in Backstep yet/);
  });

  it('pauses an endless loop, steps in it, goes on, and stops it', async () => {
    const debug = await Debugging.launch(file('endless.py'));
    const stop = await debug.pause();
    assert.equal(stop.reason, 'pause');
    const n = Number(await debug.value('n'));
    assert.ok(n > 0, `n is ${n}`);
    await debug.go('stepOver');
    await debug.go('stepBack');
    assert.equal(Number(await debug.value('n')), n);
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    await debug.pause();
    assert.ok(Number(await debug.value('n')) > n);
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    await debug.end();
    assert.equal(vscode.debug.activeDebugSession, undefined);
  });

  it('restarts from the first line, with the same breakpoints and the same numbers', async () => {
    const script = file('train.py');
    breakAt(script, lineWith(script, 'opt.step()'), { hit: '2' });
    const debug = await Debugging.launch(script);
    const before = await debug.stop();
    const loss = await debug.value('loss.item()');
    await debug.go('stepOver');
    const after = await debug.go('restart');
    assert.deepEqual([after.line, after.reason], [before.line, 'breakpoint']);
    assert.equal(await debug.value('epoch'), '1');
    assert.equal(await debug.value('loss.item()'), loss);
  });

  it('leaves no thread and no process, however sessions end', async function () {
    if (process.platform !== 'linux') skip(this, 'threads are counted in /proc');
    const threads = () => readdirSync('/proc/self/task').length;
    const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
    const processes = children();
    const script = file('train.py');
    breakAt(script, lineWith(script, 'opt.step()'));
    const before = threads();
    const stopped = await Debugging.launch(file('endless.py'));
    const during = threads();
    await stopped.end();
    const finished = await Debugging.launch(script, { stopAtEnd: false });
    await finished.stop();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    const from = finished.now;
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    await finished.event('terminated', from);
    assert.match(finished.printed(), /done\n$/);
    assert.ok(during > before, 'a session is a thread of its own');
    const ended = new vscode.EventEmitter<void>();
    const clock = setInterval(() => ended.fire(), 50);
    await until(`${before} threads`, () => threads() <= before, [ended.event]).finally(() => clearInterval(clock));
    assert.equal(children(), processes);
  });
});
