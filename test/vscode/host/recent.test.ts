/** A run that nobody saved is kept: it is listed, and opens in the recording's editor. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { cleanUp, Debugging, file, until } from './debugging';

const tabs = () =>
  vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) => (input instanceof vscode.TabInputCustom ? [input] : [])),
  );

describe('a run that was debugged and not saved', () => {
  const script = file('three_class.py');

  let loss: string;

  before(async () => {
    const debug = await Debugging.launch(script);
    await debug.stop();
    loss = await debug.value('loss');
    assert.equal(debug.session.configuration.record, undefined);
    await debug.end();
  });
  after(cleanUp);

  it('is listed first by Open Recent Run, and opens', async () => {
    // The list is there a moment after the command: the first entry is taken as soon as there is one.
    const opened = vscode.commands.executeCommand('backstep.openRecentRun');
    const take = setInterval(
      () => void vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem'),
      200,
    );
    const found = await until(
      'the recording in its editor',
      () => tabs().find(({ viewType }) => viewType === 'backstep.recording'),
      [vscode.window.tabGroups.onDidChangeTabs],
    ).finally(() => clearInterval(take));
    await opened;
    assert.match(found.uri.path, /\/runs\/three_class-\d{4}-\d\d-\d\d-\d{6}(-\d+)?\.backstep$/);
    const debug = await Debugging.launch(found.uri.fsPath);
    await debug.stop();
    const from = debug.now;
    await vscode.commands.executeCommand('backstep.goToEnd');
    await debug.stop(from);
    assert.equal(await debug.value('loss'), loss);
    await debug.end();
  });
});
