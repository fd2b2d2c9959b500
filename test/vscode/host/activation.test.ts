import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

describe('the installed extension', () => {
  it('is present, from the packaged .vsix', () => {
    const extension = vscode.extensions.getExtension('backstep.backstep');
    assert.ok(extension, 'backstep.backstep is not installed');
    assert.match(extension.extensionPath, /backstep\.backstep-\d/);
  });

  it('activates', async () => {
    const extension = vscode.extensions.getExtension('backstep.backstep');
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  });

  it('has the folder of examples open', () => {
    assert.equal(vscode.workspace.workspaceFolders?.[0]?.name, 'examples');
  });
});
