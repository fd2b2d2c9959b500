/** The tutorial's program under F5: what a user sees where it stops, and may change there. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { breakAt, cleanUp, Debugging, file, lineWith, open, type Stop, until } from './debugging';

describe('F5 on the tutorial, without a launch.json', () => {
  const script = file('three_class.py');
  let debug: Debugging;
  let first: Stop;

  before(async () => {
    await open(script);
    breakAt(script, lineWith(script, 'loss.backward(retain_graph=True)'));
    debug = await Debugging.begin(() => vscode.commands.executeCommand('workbench.action.debug.start'));
    first = await debug.stop();
  });
  after(cleanUp);

  it('stops on the breakpoint, and the editor shows its line', () => {
    assert.equal(first.reason, 'breakpoint');
    assert.equal(first.source, 'loss.backward(retain_graph=True)');
    assert.equal(debug.session.configuration.program, script);
  });

  it('opens the network beside the script and leaves the focus in the editor', async () => {
    const found = () =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs.map((tab) => ({ tab, column: group.viewColumn })))
        .find(
          ({ tab: { input } }) => input instanceof vscode.TabInputWebview && /backstep\.network$/.test(input.viewType),
        );
    const { tab, column } = await until('the network', found, [vscode.window.tabGroups.onDidChangeTabs]);
    assert.equal(tab.label, 'Backstep: Network');
    assert.equal(column, vscode.ViewColumn.Two);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, script);
  });

  it('offers "Debug training" over the import', async () => {
    const uri = vscode.Uri.file(script);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
    const lens = lenses.find(({ command }) => command?.title.endsWith('Debug training'));
    assert.equal(lens?.range.start.line, lineWith(script, 'import torch') - 1);
    assert.equal(lens?.command?.command, 'backstep.debug');
  });

  it('shows tensors with type, shape, range and mean, and the loss by its digits', async () => {
    const names = await debug.scope('Globals');
    assert.match(names.get('X')!.value, /^float32 \[500, 20\] {2}0\.00\d+…99\.9\d* {2}mean 49\.\d+$/);
    assert.match(names.get('loss')!.value, /^float32 {2}1\.15592\d* {2}NllLossBackward0$/);
    assert.equal(names.get('input_')!.value, '20');
    assert.equal(names.get('criterion')!.value, 'CrossEntropyLoss');
  });

  it('pages through the rows of a tensor, down to a number', async () => {
    const X = await debug.variable('Globals', 'X');
    assert.equal(X.indexedVariables, 500);
    const rows = await debug.children(X, { start: 498, count: 2 });
    assert.deepEqual([...rows.keys()], ['[498]', '[499]']);
    const [row] = (await debug.children(X, { start: 0, count: 1 })).values();
    const elements = await debug.children(row!, { start: 0, count: 2 });
    assert.match(elements.get('[0]')!.value, /^80\.5354\d*$/);
    const statistics = await debug.children(await debug.variable('Globals', 'X', 'statistics'));
    assert.equal(statistics.get('count')!.value, '10000');
  });

  it('opens a module down to a weight, which has no gradient yet', async () => {
    const weight = await debug.variable('Globals', 'net', 'linear1', 'weight');
    assert.match(weight.value, /^float32 \[13, 20\] .* {2}requires_grad$/);
    assert.equal((await debug.children(weight)).get('grad')!.value, 'None');
  });

  it('evaluates what the mouse is over, and what the Debug Console is asked', async () => {
    assert.match((await debug.evaluate('net.linear1.weight', 'hover')).result, /^float32 \[13, 20\]/);
    assert.equal(await debug.value('X.shape'), 'torch.Size([500, 20])');
    await assert.rejects(debug.value('net.linear1.weight.grad.norm()'), /'NoneType' object has no attribute 'norm'/);
  });

  it('has the gradient after backward(), and does not have it when one steps back before it', async () => {
    const after = await debug.go('stepOver');
    assert.match(after.source, /^print\("gradient after backward:"/);
    const norm = await debug.value('net.linear1.weight.grad.norm()');
    assert.match(norm, /^float32 {2}0\.21655\d*$/);
    assert.match((await debug.variable('Globals', 'net', 'linear1', 'weight', 'grad')).value, /^float32 \[13, 20\]/);

    const before = await debug.go('stepBack');
    assert.equal(before.line, first.line);
    assert.equal(await debug.value('net.linear1.weight.grad'), 'None');

    await debug.go('stepOver');
    assert.equal(await debug.value('net.linear1.weight.grad.norm()'), norm);
  });

  it('lets a variable be set where the script lives; what is set in the past is a branch (test/dap/branch.test.ts)', async () => {
    const line = lineWith(script, 'w = net.linear1.weight.data');
    breakAt(script, line);
    await debug.go('continue');
    const { id } = (await debug.stack())[0]!;
    const { scopes } = await debug.send('scopes', { frameId: id });
    const { variablesReference } = scopes[0];
    const { value } = await debug.send('setVariable', { variablesReference, name: 'lr', value: '0.5' });
    assert.equal(value, '0.5');
    await debug.go('stepOver');
    assert.equal(await debug.value('lr * 2'), '1.0');

    await debug.send('setExpression', { expression: 'net.output.bias[0]', value: '0.25', frameId: id });
    assert.equal(await debug.value('net.output.bias[0].item()'), '0.25');
    await debug.go('stepOver');
    assert.equal(await debug.value('net.output.bias[0].item()'), '0.25');

    await debug.go('reverseContinue');
    const past = await debug.variable('Globals', 'lr');
    assert.deepEqual(past.presentationHint?.attributes ?? [], []);
  });
});
