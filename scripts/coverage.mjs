// Writes dist/coverage.md, what "Backstep: Show Supported PyTorch" opens: COVERAGE.md (which of PyTorch's names are there; see
// coverage-page.mjs), and every op of the engine's table with its formula and gradient.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { kernelsPlugin } from './lib/kernels.mjs';
import { root } from './lib/process.mjs';

/** The engine imports nothing outside itself, so it can be loaded right here. */
async function engineOps() {
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: "import './src/engine/ops/index'; export { allOps } from './src/engine/op';",
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    target: 'node20',
    platform: 'neutral',
    plugins: [kernelsPlugin],
    write: false,
    logLevel: 'warning',
  });
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  const { allOps } = await import(`data:text/javascript;base64,${source}`);
  return allOps();
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** `torch:clip` is the op `clamp` under another name. */
const pythonName = (face, name) => {
  const [place, other] = face.split(':');
  return `${place}.${other ?? name}`;
};

function opRow({ name, spec }) {
  const names = spec.faces.map((face) => `\`${pythonName(face, name)}\``);
  if (spec.inplace) names.push(`\`Tensor.${name}_\``);
  return `| ${name} | ${names.join(', ')} | ${cell(spec.formula)} | ${cell(spec.gradient ?? '')} |`;
}

export async function writeCoverage() {
  const ops = (await engineOps()).filter(({ base, spec }) => base === null && spec.faces.length > 0);
  const rows = ops.sort((a, b) => a.name.localeCompare(b.name)).map(opRow);
  const names = join(root, 'COVERAGE.md');
  const text = [
    existsSync(names) ? readFileSync(names, 'utf8').trimEnd() : '# What of PyTorch is in Backstep',
    '## Ops of the engine',
    `${ops.length} ops, each with its formula and gradient.`,
    ['| op | in Python | formula | gradient |', '|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
  writeFileSync(join(root, 'dist/coverage.md'), `${text}\n`);
}
