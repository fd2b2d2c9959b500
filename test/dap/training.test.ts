/** A training script over stdio: tensors on screen, into backward() and the optimizer, both ways. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

const program = fixture('train.py');
const BACKWARD = 26;
const UPDATE = 27;

describe.skipIf(!built)('training', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client();
    await client.start();
  });
  afterEach(() => client.stop());

  test('tensors and modules are told by shape and numbers, and open to more', async () => {
    await client.stopped({ program, breakpoints: [{ line: UPDATE }] });
    const locals = await client.locals();
    const X = locals.get('X')!;
    expect(X.value).toMatch(/^float32 \[8, 3\]/);
    expect(X).toMatchObject({ __vscodeVariableMenuContext: 'tensor' });
    const net = await client.children(locals.get('net')!.variablesReference);
    expect([...net.keys()].join(' ')).toContain('linear1');
    expect(await client.value('net.linear1.weight.grad is None')).toBe('False');
    expect(await client.value('loss.item()')).toMatch(/^\d\.\d+$/);
  });

  test('steps into backward() op by op, the highlight on the forward lines, and back out of it', async () => {
    await client.stopped({ program, breakpoints: [{ line: BACKWARD }] });
    const lines: number[] = [];
    let stop = await client.go('stepIn');
    while (stop.line !== UPDATE && lines.length < 40) {
      lines.push(stop.line);
      stop = await client.go('next');
    }
    // cross_entropy on line 25, output on 17, relu and linear1 on 16: the highlight climbs. Between them, at backward()
    // itself, are its start and the writes of .grad.
    const ops = lines.filter((line) => line !== BACKWARD);
    expect(ops.filter((line, i) => line !== ops[i - 1])).toEqual([25, 17, 16]);
    const back = await client.go('stepBack');
    expect(back.line).not.toBe(UPDATE);
  });

  test('gradients are those of the instant the cursor is at', async () => {
    await client.stopped({ program, breakpoints: [{ line: BACKWARD }] });
    expect(await client.value('net.output.weight.grad')).toBe('None');
    await client.go('next');
    expect(await client.value('net.output.weight.grad')).toContain('float32 [2, 4]');
    await client.go('stepBack');
    expect(await client.value('net.output.weight.grad')).toBe('None');
  });

  test('steps into the optimizer: each parameter, its gradient, its momentum, the write', async () => {
    await client.stopped({ program, breakpoints: [{ line: UPDATE, condition: 'epoch == 1' }] });
    const before = await client.value('net.output.bias[0].item()');
    const seen: string[] = [];
    let stop = await client.go('stepIn');
    while (stop.line !== 28 && seen.length < 200) {
      seen.push(stop.frame);
      stop = await client.go('stepIn');
    }
    expect(seen.some((frame) => frame.includes('momentum_buffer'))).toBe(true);
    expect(seen.length).toBeGreaterThan(3);
    expect(await client.value('net.output.bias[0].item()')).not.toBe(before);
    const last = await client.go('stepBack', { granularity: 'instruction' });
    expect(last).toMatchObject({
      line: UPDATE,
      frame: expect.stringMatching(/^update of output\.bias: w ← w − 0\.1·/),
    });
    expect(await client.go('next')).toMatchObject({ line: 28 });
    expect(await client.go('stepBack')).toMatchObject({ line: UPDATE, frame: '<module>' });
    expect(await client.value('net.output.bias[0].item()')).toBe(before);
  });

  test('by instruction, every tick is a stop, and back again', async () => {
    await client.stopped({ program, breakpoints: [{ line: 25 }] });
    const ticks = async (move: 'next' | 'stepBack', count: number) => {
      const seen: string[] = [];
      for (let i = 0; i < count; i++) {
        const { line, description } = await client.go(move, { granularity: 'instruction' });
        seen.push(`${line} ${description}`);
      }
      return seen;
    };
    await ticks('next', 12);
    const back = await ticks('stepBack', 11);
    const there = await ticks('next', 10);
    expect(there).toEqual(back.slice(0, -1).reverse());
    expect(there.join('\n')).toMatch(/16 relu/);
  });

  test('runs to its end and in reverse to its beginning, and the losses are the same again', async () => {
    await client.stopped({ program, breakpoints: [{ line: 28 }] });
    const losses = [await client.value('loss.item()')];
    for (let epoch = 1; epoch < 5; epoch++) {
      await client.go('continue');
      losses.push(await client.value('loss.item()'));
    }
    expect(new Set(losses).size).toBe(5);
    for (let epoch = 3; epoch >= 0; epoch--) {
      await client.go('reverseContinue');
      expect(await client.value('loss.item()')).toBe(losses[epoch]);
    }
  });

  test('a weight that is set is trained on', async () => {
    const { frameId } = await client.stopped({ program, breakpoints: [{ line: 25 }] });
    const weight = 'net.output.weight[0, 0]';
    await client.send('setExpression', { expression: weight, value: '0.25', frameId });
    expect(await client.value(`${weight}.item()`)).toBe('0.25');
    await client.go('next');
    expect(await client.value(`${weight}.item()`)).toBe('0.25');
  });
});
