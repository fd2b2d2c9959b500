/** Names, values and expressions at the cursor: from Python's own frames at the live end, else from the recording. */

import { Tensor } from '../engine/tensor';
import { type AppliedEdit, type Edit, editText, PAST_STANDS } from '../protocol/branch';
import { t } from '../protocol/l10n';
import type { RecordedValue } from '../protocol/recorded';
import type { Evaluated } from '../protocol/session';
import type { Completion, Evaluator, Past } from './evaluator';
import type { Recording } from './recording';
import type { Replay } from './replay';
import { resolvePath } from './resolve';
import { frameId, OP_FRAME, recordedFrame } from './stack';
import { Variables, type VariablesContext } from './variables';
import { Conditions } from './watch/conditions';

/** How things stand with the run; the server knows. */
export interface Standing {
  tick(): number;
  /** The script exists and can run on. */
  alive(): boolean;
  /** Python's frames are those of the cursor: it is at the live end, or where an exception holds them. */
  framesLive(): boolean;
}

const NONE: RecordedValue = { k: 'prim', type: 'NoneType', repr: 'None' };

/** A recording is opened without Python; an expression that is more than a path needs it. */
export class PythonNeeded extends Error {
  constructor() {
    super(t('This needs Python, which is not loaded.'));
  }
}

export class Looking {
  /** Python, once it is loaded. */
  evaluator: Evaluator | null = null;
  readonly variables: Variables;
  private readonly conditions: Conditions;

  constructor(
    private readonly recording: Recording,
    private readonly replay: Replay,
    private readonly standing: Standing,
    /** Called after Python ran something that may have written tensors, in a recorded frame. */
    private readonly touched: (edit: Edit, frame: number) => void,
  ) {
    this.variables = new Variables(this.context());
    this.conditions = new Conditions(recording, replay);
  }

  /** The cursor moved, or something was written: what was handed out is void. */
  reset(): void {
    this.variables.reset(this.context());
  }

  private get framesLive(): boolean {
    return this.evaluator !== null && this.standing.framesLive();
  }

  private context(): VariablesContext {
    const { evaluator } = this;
    const live = evaluator && this.framesLive;
    return {
      recording: this.recording,
      replay: this.replay,
      tick: this.standing.tick(),
      live: live ? (frame: number) => evaluator.locals(frame) : null,
      // Python may be loaded after this was made, for an expression.
      looked: (id: number) => this.evaluator?.looked(id) ?? null,
      liveChildren: live ? (expression: string, frame: number) => evaluator.childrenLive(expression, frame) : null,
    };
  }

  private userFrame(frame: number | undefined): number {
    return frame === undefined || frame === OP_FRAME
      ? this.recording.frameAt(this.standing.tick())
      : recordedFrame(frame);
  }

  /** An expression at any tick, for conditions and log points. */
  evaluateAt(expression: string, tick: number): RecordedValue {
    const own = this.conditions.at(expression, tick);
    if (own) return own;
    if (!this.evaluator) throw new PythonNeeded();
    const frame = this.recording.frameAt(tick);
    if (this.standing.alive() && tick === this.recording.ticks - 1)
      return this.evaluator.evaluateLive(expression, frame, 'eval') ?? NONE;
    const then = new Variables({ ...this.context(), tick, live: null, liveChildren: null });
    return (
      this.evaluator.evaluatePast(
        expression,
        then.visible(frameId(frame)),
        pastAt(this.recording, this.replay, tick),
      ) ?? NONE
    );
  }

  /** What a user typed or points at. `repl` also takes statements. */
  evaluate(expression: string, frame: number | undefined, repl: boolean): Evaluated {
    const user = this.userFrame(frame);
    const value = this.framesLive
      ? this.evaluator!.evaluateLive(expression, user, repl ? 'exec-or-eval' : 'eval')
      : this.evaluateRecorded(expression, user);
    if (repl) this.touched({ code: expression }, user);
    if (!value) return { value: '', type: '', ref: 0, settable: false };
    return this.variables.evaluated(value, expression, frameId(user));
  }

  /** In the past, or in a recording: a plain path needs no Python. */
  private evaluateRecorded(expression: string, frame: number): RecordedValue | null {
    const names = this.variables.visible(frameId(frame));
    const found = resolvePath(this.recording, this.standing.tick(), new Map(names), expression);
    if (found) return found;
    if (!this.evaluator) throw new PythonNeeded();
    return this.evaluator.evaluatePast(expression, names, pastAt(this.recording, this.replay, this.standing.tick()));
  }

  /** `target = value` in the live frame. Refuses, in words, where there is none. */
  set(target: string, value: string, frame: number): Evaluated {
    if (!this.evaluator || !this.framesLive)
      throw new Error(this.standing.alive() ? PAST_STANDS.past() : PAST_STANDS.ended());
    const user = this.userFrame(frame);
    const set = this.evaluator.setLive(user, target, value);
    this.touched({ target, value }, user);
    return this.variables.evaluated(set, target, frameId(user));
  }

  /** An edit of a branch, in the innermost frame that knows its target. Throws Python's words. */
  edit(edit: Edit, frame: number): void {
    if (!this.evaluator) throw new PythonNeeded();
    if ('code' in edit) this.evaluator.evaluateLive(edit.code, frame, 'exec-or-eval');
    else {
      const frames: number[] = [];
      const { recording: r } = this;
      for (let f = r.frame(frame); f; f = f.parent === null ? undefined : r.frame(f.parent)) frames.push(f.id);
      this.evaluator.editLive(frames, edit.target, edit.value);
    }
  }

  /** An edit that another run had, where it had it. */
  again(edit: AppliedEdit): void {
    if (!this.evaluator) throw new PythonNeeded();
    try {
      if ('code' in edit || edit.sought) this.edit(edit, edit.frame);
      else this.evaluator.setLive(edit.frame, edit.target, edit.value);
    } catch (error) {
      throw new Error(t('{0} failed: {1}', editText(edit), (error as Error).message));
    }
  }

  completions(text: string, column: number, frame: number | undefined): Completion[] {
    const user = this.userFrame(frame);
    return this.framesLive
      ? this.evaluator!.completions(text, column, user)
      : this.completionsRecorded(text.slice(0, column), frameId(user));
  }

  /** In the past: recorded names, and what is inside of them. */
  private completionsRecorded(before: string, frame: number): Completion[] {
    const [, owner, prefix] = /(?:([A-Za-z_][\w.[\]'"]*)\.)?(\w*)$/.exec(before)!;
    const names = new Map(this.variables.visible(frame));
    if (owner === undefined) return labels([...names.keys()], prefix);
    const value = resolvePath(this.recording, this.standing.tick(), names, owner);
    if (!value) return [];
    const { ref } = this.variables.evaluated(value, owner, frame);
    const inside = ref === 0 ? [] : this.variables.open(ref);
    const found = inside.flatMap(({ evaluateName = '' }) =>
      evaluateName.startsWith(`${owner}.`) ? (/^\w+/.exec(evaluateName.slice(owner.length + 1)) ?? []) : [],
    );
    return labels(found, prefix);
  }

  /** Lines with code: from Python's compiler, or, without it, the lines that ran; null where neither is known yet. */
  codeLines(path: string): number[] | null {
    if (this.evaluator) {
      try {
        return this.evaluator.lines(path);
      } catch {
        return null;
      }
    }
    if (this.standing.alive()) return null;
    return [...new Set(this.recording.sites.filter((s) => s.path === path).map((s) => s.line))].sort((a, b) => a - b);
  }
}

const labels = (names: readonly string[], prefix: string): Completion[] =>
  [...new Set(names)]
    .filter((n) => n.startsWith(prefix))
    .sort()
    .map((label) => ({ label }));

/** The past as expressions see it: fresh tensors with their gradients of then, and modules. */
function pastAt(r: Recording, replay: Replay, tick: number): Past {
  const copy = (id: number): Tensor | null => {
    const use = r.useAt(id, tick);
    if (!use) return null;
    const shown = replay.tensor(use);
    const t = Tensor.of(shown.dtype, [...shown.shape], shown.values().slice() as Float64Array);
    t.leafRequiresGrad = r.tensor(id)?.requiresGrad ?? false;
    return t;
  };
  return {
    tensorAt: (id) => {
      const t = copy(id);
      const grad = r.gradAt(id, tick);
      if (t && grad !== null) t.grad = copy(grad);
      return t;
    },
    moduleAt: (id) => {
      const m = r.modules.get(id);
      return m
        ? {
            type: m.type,
            extra: m.extra,
            children: [...m.children],
            parameters: [...m.parameters],
            buffers: [...m.buffers],
          }
        : null;
    },
  };
}
