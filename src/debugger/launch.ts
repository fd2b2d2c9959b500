/** Checks what a user asked to debug, so that every mistake has its own words. Shared by the adapter and the command line. */

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, extname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { BranchSpec } from '../protocol/branch';
import { t } from '../protocol/l10n';
import { cellOf } from '../protocol/notebook';
import { isRecording } from '../protocol/recordingFile';
import type { LaunchArguments } from '../protocol/session';

/** Is a file in a folder, at any depth? */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way); // absolute: another drive
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

const isText = (v: unknown): boolean => typeof v === 'string';

/** A branch runs what another run recorded: its script need not be on this machine any more. */
function checkBranch(args: Partial<LaunchArguments>, { from, edits, lines }: BranchSpec): LaunchArguments {
  const { script, sources, origin, mark } = from ?? {};
  const whole =
    isText(script) &&
    Array.isArray(sources) &&
    sources.every((s) => Array.isArray(s) && isText(s[0]) && isText(s[1])) &&
    isText(origin?.entropy) &&
    Array.isArray(origin.edits) &&
    Number.isSafeInteger(mark?.tick) &&
    Array.isArray(edits) &&
    edits.every((e) => ('code' in e ? isText(e.code) : isText(e.target) && isText(e.value))) &&
    Array.isArray(lines) &&
    lines.every((l) => isText(l.path) && Number.isSafeInteger(l.line) && (l.text === null || isText(l.text)));
  if (!whole) throw new Error(t('"branch" is not what a session answers to "branchPoint", with edits.'));
  if (!sources.some(([path]) => (cellOf(path)?.notebook ?? path) === script))
    throw new Error(t('The recording does not hold the text of {0}.', script));
  return { ...args, program: script, args: origin.args, cwd: args.cwd ?? (origin.folder || dirname(script)) };
}

/**
 * The launch arguments with absolute paths and a working directory.
 * Rejects with a message for the user when there is nothing to run.
 */
export async function checkLaunch(args: Partial<LaunchArguments>, base = process.cwd()): Promise<LaunchArguments> {
  const checked = withScratch(await checkProgram(args, base));
  const { record } = args;
  if (record === undefined) return checked;
  if (typeof record !== 'string' || !isRecording(record))
    throw new Error(t('"record" is {0}: it must be the path of a recording to write, such as run.backstep.', record));
  return { ...checked, record: resolve(checked.cwd ?? base, record) };
}

/** The scratch folder as an absolute path: of the working directory, where it is relative. */
function withScratch({ scratchFolder, ...launch }: LaunchArguments): LaunchArguments {
  if (scratchFolder === undefined || scratchFolder === '') return launch;
  if (typeof scratchFolder !== 'string')
    throw new Error(t('"scratchFolder" is {0}: it must be the path of a folder.', String(scratchFolder)));
  return { ...launch, scratchFolder: resolve(launch.cwd ?? dirname(launch.program), scratchFolder) };
}

async function checkProgram(args: Partial<LaunchArguments>, base: string): Promise<LaunchArguments> {
  if (args.branch) return checkBranch(args, args.branch);
  const { program } = args;
  if (typeof program !== 'string' || program.trim() === '') {
    throw new Error(
      t('Nothing to debug: "program" is empty. Set it to a Python script (.py) or a recording (.backstep).'),
    );
  }
  if (/\$\{\w+\}/.test(program)) {
    throw new Error(t('"program" is {0}: this client does not fill in variables; give the path itself.', program));
  }
  const path = isAbsolute(program) ? program : resolve(args.cwd ?? base, program);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    throw new Error(
      found.code === 'ENOENT' ? t('There is no file {0}.', path) : t('{0} cannot be opened: {1}.', path, found.message),
    );
  }
  if (found.isDirectory()) throw new Error(t('{0} is a folder; "program" must be a Python script in it.', path));
  const extension = extname(path).toLowerCase();
  if (!['.py', '.ipynb'].includes(extension) && !isRecording(path)) {
    throw new Error(t('{0} is neither a Python script (.py, .ipynb) nor a recording (.backstep).', path));
  }
  await access(path, constants.R_OK).catch(() => {
    throw new Error(t('{0} cannot be read: permission denied.', path));
  });
  if (args.args !== undefined && !(Array.isArray(args.args) && args.args.every((arg) => typeof arg === 'string'))) {
    throw new Error(t('"args" must be a list of strings, such as ["--epochs", "20"].'));
  }
  if (args.seed !== undefined && !(Number.isSafeInteger(args.seed) && args.seed >= 0)) {
    throw new Error(t('"seed" is {0}; it must be a whole number, such as 42.', args.seed));
  }
  if (args.seed !== undefined && isRecording(path)) {
    throw new Error(t('{0} is a recording: it has the seed that it was made with.', path));
  }
  const cwd = args.cwd ? resolve(base, args.cwd) : dirname(path);
  if (!(await isFolder(cwd))) throw new Error(t('"cwd" is {0}, which is not a folder.', cwd));
  if (!isRecording(path) && !isInside(cwd, path)) {
    throw new Error(t('{0} is not in {1} ("cwd"), the only folder that a script sees.', path, cwd));
  }
  return { ...args, program: path, cwd };
}
