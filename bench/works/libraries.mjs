// The engines of JavaScript, and the Node that VS Code runs extensions on, installed into a cache at the first run: no dependencies of ours.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_MAJOR, NODE_PACKAGE } from '../../scripts/lib/vscode.mjs';

const ENGINES = {
  '@jax-js/jax': '0.1.25',
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-cpu': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  'js-pytorch': '0.7.2',
};

/** The folder that has the engines in its node_modules; throws where npm cannot get them. */
export const engines = (root) => installed(root, ENGINES, 'tfjs, jax-js and js-pytorch');

/** VS Code's Node: its V8 has instructions that an older one has not. This one where it is as new; throws where npm cannot get it. */
export function vscodeNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  const folder = installed(root, { [NODE_PACKAGE]: `^${NODE_MAJOR}` }, `Node ${NODE_MAJOR}, which VS Code runs on,`);
  return join(folder, 'node_modules', NODE_PACKAGE, 'bin/node');
}

function installed(root, dependencies, what) {
  const name = Object.values(dependencies).join('-');
  const folder = join(root, 'node_modules/.cache/backstep-bench', name);
  if (existsSync(folder)) return folder;
  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  try {
    writeFileSync(join(half, 'package.json'), JSON.stringify({ private: true, dependencies }));
    console.log(`Installing ${what} into node_modules/.cache …`);
    // Their scripts build what needs a GPU.
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    const { status, stderr, error } = spawnSync('npm', args, { cwd: half, encoding: 'utf8' });
    if (status !== 0)
      throw new Error(`npm cannot install it: ${(error?.message ?? stderr).trim().split('\n')[0].slice(0, 120)}`);
    renameSync(half, folder);
    return folder;
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}
