// The engines of JavaScript, installed at these versions into a cache at the first run: no dependencies of ours.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSIONS = {
  '@jax-js/jax': '0.1.25',
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-cpu': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  'js-pytorch': '0.7.2',
};

/** The folder that has them in its node_modules; throws where npm cannot get them. */
export function libraries(root) {
  const name = Object.values(VERSIONS).join('-');
  const folder = join(root, 'node_modules/.cache/backstep-bench', name);
  if (existsSync(folder)) return folder;
  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  try {
    writeFileSync(join(half, 'package.json'), JSON.stringify({ private: true, dependencies: VERSIONS }));
    console.log('Installing tfjs, jax-js and js-pytorch into node_modules/.cache …');
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
