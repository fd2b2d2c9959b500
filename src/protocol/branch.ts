/** Branches: a run that leaves another one at a tick, with an edit. Imports nothing but places. */
import { t } from './l10n';
import type { Place, TickKind } from './ticks';

/** What is changed: `target = value` in Python's words (also `opt.lr`, an optimizer's hyperparameter), or a statement. */
export type Edit = { target: string; value: string } | { code: string };

/** An edit that a run had: after which tick, and in which recorded frame. A branch of that run has it again. */
export type AppliedEdit = Edit & {
  after: number;
  frame: number;
  /** A branch's own: its target was looked for in the callers and among hyperparameters too. */
  sought?: boolean;
};

/** One line of a source gets another text; the new text may have several lines, or none (null). */
export interface LineEdit {
  path: string;
  line: number;
  text: string | null;
}

/** What makes a run the same again, beside its script: kept with the recording. */
export interface Origin {
  /** Seed of all that a run draws from the machine (os.urandom, and so random.seed(), torch.seed()); hex. */
  entropy: string;
  args: string[];
  /** What the script's first seed became, if another was asked for. */
  seed?: number;
  /** How numbers were computed (the engine's KernelPath): fused multiply-adds round once less. Left out in files of before there was a choice. */
  kernels?: 'plain' | 'simd' | 'relaxed';
  /** The folder that the script saw. */
  folder: string;
  /** What was set, or run in the debug console, while the script was paused; in their order. */
  edits: AppliedEdit[];
  /** The tick where the user stopped the script; left out where it came to its end. */
  stopped?: number;
  /** Where this run left another one; null for a run of its own. */
  left: { tick: number; iteration: number; text: string } | null;
}

/** What a run met at a tick, as far as another run can be asked for the same: hashes of values by their names. */
export interface Mark {
  tick: number;
  kind: TickKind;
  place: Place | null;
  op: string | null;
  iteration: number;
  /** Hash of all losses up to there. */
  losses: string;
  /** Parameters, gradients, buffers, optimizer states and what the op at the tick read and made. */
  values: [string, string][];
}

/** All that a new session needs to run to the same place. */
export interface BranchPoint {
  script: string;
  sources: [string, string][];
  origin: Origin;
  mark: Mark;
}

/** A launch with this is a branch: it runs to the point without stopping, checks that it is the same place, has the edits, and goes on. */
export interface BranchSpec {
  from: BranchPoint;
  edits: Edit[];
  lines: LineEdit[];
  /** `1`, `1.2`: which branch of which. */
  id?: string;
}

export const editText = (e: Edit): string => ('code' in e ? e.code : `${e.target} = ${e.value}`);

/** Why nothing can be set here; a branch can. */
export const PAST_STANDS = {
  past: (): string =>
    t(
      'The past cannot be changed: branch from here to go on with another value, or continue to the end of the recording and set it there.',
    ),
  ended: (): string => t('The script has ended: branch from here to go on with another value.'),
};

/** `lr = 0.01`, `line 12: loss = …`: what a branch changes, for its name; kept in recordings, so in no language of a user. */
export function changeText({ edits, lines }: Pick<BranchSpec, 'edits' | 'lines'>): string {
  const short = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
  return [
    ...edits.map((e) => short(editText(e))),
    ...lines.map((l) => short(l.text === null ? `without line ${l.line}` : `line ${l.line}: ${l.text.trim()}`)),
  ].join(', ');
}

/** `target=value` as a shell's user writes it; null where there is no assignment in it. `==` and `<=` are none. */
export function parseEdit(text: string): Edit | null {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (c === '=' && depth === 0) {
      if (text[i + 1] === '=' || '=!<>+-*/%&|^@:'.includes(text[i - 1] ?? '')) return null;
      const [target, value] = [text.slice(0, i).trim(), text.slice(i + 1).trim()];
      return target && value ? { target, value } : null;
    }
  }
  return null;
}

/** `12:text` or `train.py:12:text`: another text for a line; null where it is neither. `main` is the script. */
export function parseLine(text: string, main: string): LineEdit | null {
  const found = /^(?:(.+?\.py):)?(\d+):(.*)$/s.exec(text);
  if (!found) return null;
  return { path: found[1] ?? main, line: Number(found[2]), text: found[3] };
}

/** The sources with the lines changed. Throws an Error with words for the user where there is no such line. */
export function withLines(sources: readonly [string, string][], lines: readonly LineEdit[]): [string, string][] {
  const changed = new Map(sources);
  // From below, so that numbers of the lines above stay.
  for (const { path, line, text } of [...lines].sort((a, b) => b.line - a.line)) {
    const source = changed.get(path);
    if (source === undefined) throw new Error(t('{0} is no source of this run.', path));
    const all = source.split('\n');
    if (line < 1 || line > all.length) throw new Error(t('{0} has no line {1}: it has {2}.', path, line, all.length));
    // Whoever types a line in a shell leaves its indentation out.
    const indent = /^\s*/.exec(all[line - 1])![0];
    const fresh = text === null ? [] : text.split('\n').map((t) => (/^\s/.test(t) || t === '' ? t : indent + t));
    all.splice(line - 1, 1, ...fresh);
    changed.set(path, all.join('\n'));
  }
  return [...changed];
}
