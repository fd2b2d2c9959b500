// Starting programs and leaving none behind. Only Node's own modules here: this runs before `npm ci`.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What the build machine keeps between runs: a VS Code, its settings, stamps. Ignored by git; delete it at will. */
export const keep = join(root, '.vscode-test');

/** An error whose message is all the user needs; anything else is our bug and is shown with its stack. */
export class UserError extends Error {}

const windows = process.platform === 'win32';

/** Programs we started that still run. Each leads its own process group, so that its children end with it. */
const running = new Set();

function signalGroup(child, signal) {
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It is gone already.
  }
}

/** Starts a long-living program. It ends with us, children included. */
export function start(command, args, options = {}) {
  const { log, ...rest } = options;
  // A Windows shell splits at spaces.
  const words = rest.shell ? args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)) : args;
  const child = spawn(command, words, { detached: !windows, stdio: ['ignore', 'pipe', 'pipe'], ...rest });
  running.add(child);
  child.once('exit', () => running.delete(child));
  if (log) {
    const file = createWriteStream(log);
    child.stdout?.pipe(file, { end: false });
    child.stderr?.pipe(file, { end: false });
  }
  return child;
}

/** Ends a program and its children; resolves when it is gone. */
export async function stop(child) {
  if (!child || child.exitCode !== null || child.signalCode !== null) {
    if (child) signalGroup(child, 'SIGKILL'); // its children may have outlived it
    return;
  }
  const gone = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 3000);
  await gone;
  clearTimeout(timer);
  signalGroup(child, 'SIGKILL');
}

process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, async () => {
    await Promise.all([...running].map(stop));
    process.exit(code);
  });
}

/**
 * Runs a program to its end. Resolves to its output; rejects when it fails, with the output in the message
 * unless it was shown (`show: true`) as it came.
 */
export function run(command, args, { show = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'];
    const child = start(command, args, { cwd: root, stdio, ...options });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.once('error', (error) => reject(new UserError(`Cannot run ${command}: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(new UserError(`\`${[command, ...args].join(' ')}\` failed (${signal ?? code}).\n${output}`.trimEnd()));
    });
  });
}

/** npm is a script, and on Windows a .cmd that only a shell runs. */
export const npm = (args, options) => run(windows ? 'npm.cmd' : 'npm', args, { shell: windows, ...options });

/** Does a part of the work and says how long it took. */
export async function timed(what, work) {
  const started = performance.now();
  process.stdout.write(`${what} … `);
  try {
    const result = await work();
    console.log(
      `${typeof result === 'string' ? result : 'done'} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
    );
    return result;
  } catch (error) {
    console.log('failed');
    throw error;
  }
}

/** Runs a script's main function: a UserError is one clear message, not a stack. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof UserError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
