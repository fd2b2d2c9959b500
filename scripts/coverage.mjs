// Writes dist/coverage.md, what "Backstep: Show Supported PyTorch" opens: every op of the engine's table with its
// formula and gradient, and every Python class of our torch package. Taken from the sources, so that it cannot lie.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import * as esbuild from 'esbuild';
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
    platform: 'neutral',
    loader: { '.wasm': 'binary' },
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

/** Public classes by module, `torch.nn` for all that lies under torch/nn/. */
function pythonClasses() {
  const lib = join(root, 'src/python/lib');
  const found = new Map();
  if (!existsSync(lib)) return found;
  for (const entry of readdirSync(lib, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.py')) continue;
    const path = join(entry.parentPath, entry.name);
    const place = relative(lib, path).split(sep).slice(0, -1);
    const module = place.filter((part) => !part.startsWith('_') && part !== 'modules').join('.');
    for (const [, name] of readFileSync(path, 'utf8').matchAll(/^class ([A-Z]\w*)/gm)) {
      found.set(module, [...(found.get(module) ?? []), name]);
    }
  }
  return found;
}

export async function writeCoverage() {
  const ops = (await engineOps()).filter(({ base, spec }) => base === null && spec.faces.length > 0);
  const rows = ops.sort((a, b) => a.name.localeCompare(b.name)).map(opRow);
  const classes = [...pythonClasses()].sort(([a], [b]) => a.localeCompare(b));
  const text = [
    '# What Backstep knows of PyTorch',
    `${ops.length} ops. A program that uses another stops at that line and says which. For those, attach Backstep to a real PyTorch process.`,
    ...classes.flatMap(([module, names]) => [`## ${module || 'top level'}`, names.sort().join(', ')]),
    '## Ops',
    ['| op | in Python | formula | gradient |', '|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
  writeFileSync(join(root, 'dist/coverage.md'), `${text}\n`);
}
