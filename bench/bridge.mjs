// What a call from Python costs over the engine's own time, per kind of call: the least of several interleaved rounds.
//   npm run bench -- bridge
import { pathToFileURL } from 'node:url';
import { bundled } from '../scripts/lib/bundle.mjs';

const { startInterpreter, run, wrapNumber, opNamed, defaultsOf } = await bundled(
  'bench/works/bridge.ts',
  (file) => import(pathToFileURL(file).href),
);

const CALLS = 20_000;
const ROUNDS = 7;
const { python, bridge } = await startInterpreter();
python.runPython(`
import torch, time
import torch.nn.functional as F
a = torch.rand(2, 3); b = torch.rand(2, 3); w = torch.rand(2, 3); m = torch.rand(3, 2)
def loop(body):
    scope = dict(torch=torch, F=F, a=a, b=b, w=w, m=m)
    exec(f'def go(n):\\n for _ in range(n): {body}', scope)
    return scope['go']
`);
const tensor = (name) => bridge.tensorOf(python.runPython(`${name}._h`));
const [a, b, w, m] = ['a', 'b', 'w', 'm'].map(tensor);
const two = wrapNumber({ kind: 'float', value: 2 });
const lr = { kind: 'float', value: 0.1 };
/** What Python writes, and the same for the engine. */
const calls = [
  ['a + b', 'add', [a, b]],
  ['a * 2.0', 'mul', [a, two]],
  ['a @ m', 'matmul', [a, m]],
  ['torch.add(a, b)', 'add', [a, b]],
  ['torch.relu(a)', 'relu', [a]],
  ['F.relu(a)', 'relu', [a]],
  ['a.exp()', 'exp', [a]],
  ['a.sum()', 'sum', [a]],
  ['a.sum(dim=1)', 'sum', [a, [1]]],
  ['w.add_(b, alpha=0.1)', 'add_', [w, b, lr]],
  ['F.softmax(a, dim=1)', 'softmax', [a, 1]],
];
const rows = calls.map(([text, name, given]) => {
  const op = opNamed(name);
  const args = defaultsOf(op).map((d, i) => given[i] ?? d);
  return { text, op, args, go: python.runPython(`loop(${JSON.stringify(text)})`), python: Infinity, engine: Infinity };
});
const least = (body) => {
  const start = performance.now();
  body();
  return ((performance.now() - start) * 1000) / CALLS;
};
for (let round = 0; round < ROUNDS; round++)
  for (const row of rows) {
    row.python = Math.min(
      row.python,
      least(() => row.go(CALLS)),
    );
    row.engine = Math.min(
      row.engine,
      least(() => {
        for (let i = 0; i < CALLS; i++) run(row.op, row.args);
      }),
    );
  }
console.log('call                        from Python   engine     over it   (µs, least of rounds)');
for (const { text, python: p, engine: e } of rows)
  console.log(
    `${text.padEnd(28)}${p.toFixed(2).padStart(8)}${e.toFixed(2).padStart(12)}${(p - e).toFixed(2).padStart(11)}`,
  );
