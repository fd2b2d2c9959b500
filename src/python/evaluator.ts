/** The debugger's questions to Python; the answers are JSON, so that no exception and no proxy crosses. */
import { context } from '../engine/context';
import type { RecordedValue } from '../protocol/recorded';
import type { Completion, Evaluator } from '../recorder/evaluator';
import type { ScriptHost } from './host';
import { toPython } from './paths';

type Ask = (...args: unknown[]) => string;

function read<T>(answer: string): T {
  const { value, error } = JSON.parse(answer) as { value?: T; error?: string };
  if (error !== undefined) throw new Error(error);
  return (value ?? null) as T;
}

export function createEvaluator(host: ScriptHost): Evaluator {
  const python = host.runtime.python.pyimport('_backstep.evaluate');
  const ask = (name: string): Ask => {
    const answer = python[name] as Ask;
    return (...args) => host.asking(() => answer(...args));
  };
  const [live, inside, names, setValue, edit, past, completions, lines] = [
    'live',
    'inside',
    'names',
    'set_value',
    'edit',
    'past',
    'completions',
    'lines',
  ].map(ask);
  return {
    evaluateLive: (expression, frame, mode) =>
      read<RecordedValue | null>(live(expression, frame, mode === 'exec-or-eval')),
    evaluatePast: (expression, recorded, then) => {
      // Looking changes nothing: what it draws, the run draws again.
      const { generator } = context;
      const before = generator.snapshot();
      try {
        return host.within(then, () => read<RecordedValue | null>(past(expression, JSON.stringify(recorded))));
      } finally {
        generator.restore(before);
      }
    },
    setLive: (frame, target, value) => read<RecordedValue>(setValue(frame, target, value)),
    editLive: (frames, target, value) =>
      read<RecordedValue>(edit(host.runtime.python.toPy([...frames]), target, value)),
    completions: (text, column, frame) => read<Completion[]>(completions(text, column, frame)),
    childrenLive: (expression, frame) => read<[string, RecordedValue][]>(inside(expression, frame)),
    locals: (frame) => read<[string, RecordedValue][]>(names(frame)),
    lines: (path) => read<number[]>(lines(toPython(path))),
    looked: (id) => host.looked.get(id) ?? null,
  };
}
