/** What a session answers from a recording at the cursor: it moves nothing and changes nothing. */
import { t } from '../protocol/l10n';
import type { RequestName, Requests } from '../protocol/session';
import type { TickMark } from '../protocol/views';
import { stepInTargets } from './frames';
import type { Looking } from './looking';
import { explainOf } from './origins/explain';
import { historyOf } from './origins/history';
import { lastWrite } from './origins/lastWrite';
import { whyGradient } from './origins/whyGradient';
import type { Recorder } from './recorder';
import type { Recording } from './recording';
import type { Replay } from './replay';
import { stackAt } from './stack';
import { cursorOf } from './views/cursor';
import { curvesOf } from './views/curves';
import { figureOf, figuresAt } from './views/figures';
import { graphOf } from './views/graph';
import { infoOf } from './views/info';
import { inlineValuesOf, nodesAt } from './views/lines';
import { neuronsOf } from './views/neurons';
import { outlineOf, resultsOf, weightsOf } from './views/outline';
import { outputsOf } from './views/outputs';
import { pictureOf } from './views/picture';
import { stretchOf } from './views/stretch';
import { cellsOf, tensorOf } from './views/tensor';
import { tensorText } from './views/text';
import { timelineOf } from './views/timeline';
import { updateOf } from './views/update';
import { watchableOf } from './watch/watchable';
import { checkGradient } from './whatif/checkGradient';
import { planeOf, planePathOf } from './whatif/plane';
import type { Work } from './work';

export type Handlers = { [N in RequestName]: (args: Requests[N][0]) => Requests[N][1] };

/** Where the session stands, and what it keeps. */
export interface Standing {
  tick(): number;
  /** The cursor is at the end of a script that lives. */
  live(): boolean;
  running(): boolean;
  memory(): Recorder['memoryUse'] | null;
  /** What the timeline marks. */
  marks(from: number, to: number): Iterable<TickMark>;
}

/** `Iteration 3 of 10` */
export const iterationText = (r: Recording, tick: number): string =>
  t('Iteration {0} of {1}', r.iterationAt(tick) + 1, r.iterationCount);

/** Where the last complete iteration ended; the cursor's place before there is one. */
function settledTick(r: Recording, tick: number): number {
  const last = r.iterationCount - 2;
  return last < 0 ? tick : r.endOf(last) - 1;
}

export function answersOf(r: Recording, replay: Replay, looking: Looking, work: Work, standing: Standing) {
  const at = standing.tick;
  const point = (done: number, of: number) => work.at(done / of, () => t('Iteration {0} of {1}', done + 1, of));
  return {
    breakpointLines: ({ path, from, to }) => (looking.codeLines(path) ?? []).filter((l) => l >= from && l <= to),
    watchable: (args) => watchableOf(r, looking.variables, args),
    stepInTargets: ({ frame }) => stepInTargets(r, at(), frame),
    stack: () => stackAt(r, at(), cursorOf(r, at(), standing.live()).label),
    scopes: ({ frame }) => looking.variables.scopes(frame),
    variables: ({ ref, start, count }) => looking.variables.open(ref, start, count),
    completions: ({ text, column, frame }) => looking.completions(text, column, frame),
    sources: () => [...r.sources.keys()],
    source: ({ path }) => {
      const text = r.sources.get(path);
      if (text === undefined) throw new Error(t('The recording does not hold the text of {0}.', path));
      return { text };
    },
    neurons: ({ node }) => neuronsOf(r, replay, at(), node),
    picture: ({ have, measure, settled }) => {
      const tick = settled ? settledTick(r, at()) : at();
      return pictureOf(r, replay, tick, standing.live(), have, measure);
    },
    graph: () => graphOf(r, r.iterationAt(at()), at()),
    timeline: ({ from }) => timelineOf(r, at(), standing.live(), from),
    stretch: ({ from, to }) => stretchOf(r, from, to, standing.marks(from, to)),
    tensor: (question) => tensorOf(r, replay, at(), question),
    cells: (question) => cellsOf(r, replay, at(), question),
    tensorText: (question) => tensorText(r, replay, at(), question),
    update: (args) => updateOf(r, replay, at(), args),
    inlineValues: ({ path, from, to }) => inlineValuesOf(r, replay, at(), path, from, to),
    nodesAt: ({ path, line }) => nodesAt(r, at(), path, line),
    outputs: ({ from }) => outputsOf(r, from),
    figures: () => figuresAt(r, at()),
    figure: ({ output }) => figureOf(r, output),
    lastWrite: (question) => {
      const from = at();
      const looked = (tick: number) => work.at(1 - tick / Math.max(1, from), () => iterationText(r, tick));
      return lastWrite(r, replay, from, question, looked);
    },
    whyGradient: (question) => whyGradient(r, replay, at(), question),
    history: (question) => historyOf(r, replay, at(), question, point),
    curves: (question) => curvesOf(r, replay, question, standing.running()),
    explain: (question) => explainOf(r, replay, at(), question),
    checkGradient: (question) =>
      checkGradient(r, replay, at(), question, (done, of) =>
        work.at(done / of, () => t('Element {0} of {1}', done + 1, of)),
      ),
    plane: (question) =>
      planeOf(r, replay, at(), question, (done, of) => work.at(done / of, () => t('Point {0} of {1}', done + 1, of))),
    planePath: ({ basis }) => planePathOf(r, replay, basis, point),
    outline: ({ from, count }) => outlineOf(r, replay, from, count),
    results: ({ tick }) => resultsOf(r, replay, tick),
    weights: ({ iteration }) => weightsOf(r, replay, iteration),
    info: () => infoOf(r, standing.memory()),
  } satisfies Partial<Handlers>;
}
