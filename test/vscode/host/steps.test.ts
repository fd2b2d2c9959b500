/** Steps in every direction: over lines, into backward() op by op, into the optimizer's rule, and all of it backward. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { breakAt, cleanUp, Debugging, file, lineWith, type Stop } from './debugging';

describe('steps through an iteration of the tutorial', () => {
  const script = file('three_class.py');
  const line = {
    backward: lineWith(script, 'loss.backward()', 1),
    step: lineWith(script, 'optimizer.step()'),
    after: lineWith(script, 'if epoch % 5 == 4'),
  };
  let debug: Debugging;

  /** Everything of linear1.weight at the cursor, number by number. */
  async function numbers(): Promise<string> {
    const weight = await debug.variable('Parameters', 'linear1.weight');
    const inside = await debug.children(weight);
    const texts = [weight.value];
    for (const tensor of [weight, inside.get('grad'), inside.get('momentum_buffer')]) {
      if (!tensor?.variablesReference) {
        texts.push(tensor?.value ?? 'none');
        continue;
      }
      const [row] = (await debug.children(tensor, { start: 0, count: 1 })).values();
      const elements = await debug.children(row!, { start: 0, count: 6 });
      texts.push(tensor.value, ...[...elements.values()].map(({ value }) => value));
    }
    return texts.join(' | ');
  }

  const told = ({ line, frame, source }: Stop) => ({ line, frame, source });
  /** The way from backward() to the line after step(), with the numbers at each stop. */
  const way: { stop: ReturnType<typeof told>; numbers: string }[] = [];

  before(async () => {
    breakAt(script, line.backward, { condition: 'epoch == 1' });
    debug = await Debugging.launch(script);
    const stop = await debug.stop();
    way.push({ stop: told(stop), numbers: await numbers() });
  });
  after(cleanUp);

  it('goes into backward() op by op, with the editor on the forward line of each op', async () => {
    const ops: string[] = [];
    for (;;) {
      const stop = await debug.go('stepInto');
      way.push({ stop: told(stop), numbers: await numbers() });
      if (stop.line === line.step) break;
      ops.push(`${stop.frame.replace(/ \(.*/, '')} @ ${stop.source}`);
      assert.ok(ops.length < 30, ops.join('\n'));
    }
    const forward = 'loss = criterion(net(X / 100), y.long())';
    assert.deepEqual(ops, [
      'gradient starts at loss @ loss.backward()',
      `gradient of nll_loss, loss @ ${forward}`,
      `gradient of log_softmax of output @ ${forward}`,
      'gradient of linear in output @ zhat = self.output(sigma2)',
      'gradient put into output.weight.grad @ zhat = self.output(sigma2)',
      'gradient put into output.bias.grad @ zhat = self.output(sigma2)',
      'gradient of sigmoid of linear2 @ sigma2 = torch.sigmoid(self.linear2(sigma1))',
      'gradient of linear in linear2 @ sigma2 = torch.sigmoid(self.linear2(sigma1))',
      'gradient put into linear2.weight.grad @ sigma2 = torch.sigmoid(self.linear2(sigma1))',
      'gradient of relu of linear1 @ sigma1 = torch.relu(self.linear1(x))',
      'gradient of linear in linear1 @ sigma1 = torch.relu(self.linear1(x))',
      'gradient put into linear1.weight.grad @ sigma1 = torch.relu(self.linear1(x))',
    ]);
  });

  it('goes into step(), one parameter after the other, by the names of the rule', async () => {
    const rule: string[] = [];
    for (;;) {
      const stop = await debug.go('stepInto');
      way.push({ stop: told(stop), numbers: await numbers() });
      if (stop.line === line.after) break;
      assert.equal(stop.line, line.step);
      rule.push(stop.frame);
      assert.ok(rule.length < 30, rule.join('\n'));
    }
    const of = (name: string) => [
      `update of ${name}: momentum_buffer ← 0.9·momentum_buffer`,
      `update of ${name}: momentum_buffer ← momentum_buffer + g`,
      `update of ${name}: w ← w − 0.1·momentum_buffer`,
    ];
    assert.deepEqual(rule, ['linear1.weight', 'linear2.weight', 'output.weight', 'output.bias'].flatMap(of));
  });

  it('changed gradient, velocity and weight on the way, each at its own stop', () => {
    const changes = way.slice(1).flatMap(({ numbers, stop }, i) => (numbers === way[i]!.numbers ? [] : [stop.frame]));
    assert.deepEqual(changes, [
      'gradient put into linear1.weight.grad',
      'update of linear1.weight: momentum_buffer ← 0.9·momentum_buffer',
      'update of linear1.weight: momentum_buffer ← momentum_buffer + g',
      'update of linear1.weight: w ← w − 0.1·momentum_buffer',
    ]);
  });

  it('comes back over the same stops to the same numbers, bit by bit', async () => {
    for (const there of way.slice(0, -1).reverse()) {
      const from = debug.now;
      await vscode.commands.executeCommand('backstep.stepBackInto');
      assert.deepEqual(told(await debug.stop(from)), there.stop);
      assert.equal(await numbers(), there.numbers, `the numbers at "${there.stop.frame}", line ${there.stop.line}`);
    }
  });

  it('and forward again', async () => {
    for (const there of way.slice(1)) {
      assert.deepEqual(told(await debug.go('stepInto')), there.stop);
      assert.equal(await numbers(), there.numbers, `the numbers at "${there.stop.frame}", line ${there.stop.line}`);
    }
  });

  it('shows the numbers of an op: what came in and what was passed on', async () => {
    await debug.go('reverseContinue');
    for (let i = 0; i < 4; i++) await debug.go('stepInto');
    const names = await debug.scope('Gradient of linear');
    assert.deepEqual(
      [...names.keys()],
      ['gradient in', 'gradient of input', 'gradient of weight', 'gradient of bias'].concat([
        'input',
        'weight (output.weight)',
        'bias (output.bias)',
        'result',
      ]),
    );
    assert.match(names.get('gradient of weight')!.value, /^float32 \[3, 8\]/);
  });

  it('steps out of backward(), over a line and back, and into a call and out of it', async () => {
    const out = await debug.go('stepOut');
    assert.deepEqual([out.line, out.frame], [line.step, '<module>']);
    const over = await debug.go('stepOver');
    assert.equal(over.line, line.after);
    const back = await debug.go('stepBack');
    assert.deepEqual([back.line, back.frame], [line.step, '<module>']);

    const forward = line.backward - 1;
    let stop = back;
    while (stop.line !== forward) stop = await debug.go('stepBack');
    const inside = await debug.go('stepInto');
    assert.deepEqual([inside.frame, inside.source], ['Model.forward', 'sigma1 = torch.relu(self.linear1(x))']);
    assert.deepEqual(
      (await debug.stack()).map(({ name }) => name),
      ['Model.forward', '<module>'],
    );
    assert.match((await debug.variable('Locals', 'x')).value, /^float32 \[500, 20\]/);
    assert.equal((await debug.go('stepOut')).frame, '<module>');
  });
});
