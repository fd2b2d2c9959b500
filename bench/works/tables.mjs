// What the bench prints, as Markdown.

export const time = (ms) => (ms >= 1 ? `${ms.toPrecision(3)} ms` : `${(ms * 1000).toPrecision(3)} µs`);
const ratioOf = (x) => (x >= 100 ? x.toFixed(0) : x.toPrecision(2));
const row = (...cells) => `| ${cells.join(' | ')} |`;

/** PyTorch's better thread count, if it was there. */
function judge(found) {
  const there = [found.torch1, found.torch].filter((one) => one?.median !== undefined);
  if (there.length === 0) return null;
  const least = (which) => Math.min(...there.map((one) => one[which]));
  return { median: least('median'), best: least('best') };
}

/** One work on all engines. `goals`: by engine, the median over PyTorch's. */
export function* workTable(title, found, names, goals, product) {
  yield `### ${title}`;
  yield '';
  const last = product ? ['GFLOP/s, best', 'one element'] : ['loss at first', 'after 20 steps'];
  yield row('', 'median', 'best', 'median to PyTorch', 'best to best', 'goal', ...last);
  yield '|---|---|---|---|---|---|---|---|';
  const torch = judge(found);
  for (const [engine, one] of Object.entries(found)) {
    if (one.failure) {
      yield row(names[engine], one.failure, ...Array(6).fill(''));
      continue;
    }
    const ratio = (which) => (torch ? ratioOf(one[which] / torch[which]) : '');
    const goal = goals[engine];
    const kept =
      goal === undefined || !torch ? '' : `≤ ${goal}: ${one.median / torch.median <= goal ? 'yes' : '**no**'}`;
    const [first, second] = product ? [((2 * 256 ** 3) / one.best / 1e6).toPrecision(3), one.losses[1]] : one.losses;
    const numbers = [first, second].map((x) => (typeof x === 'number' ? x.toFixed(6) : x));
    yield row(names[engine], time(one.median), time(one.best), ratio('median'), ratio('best'), kept, ...numbers);
  }
  yield '';
}

/** What recording costs: the recorded engine's time over the engine's own, and the most that it may be. */
export function recordingCost({ engine, recorded }, goal) {
  if (!engine?.median || !recorded?.median) return null;
  const [median, best] = ['median', 'best'].map((which) => recorded[which] / engine[which]);
  const kept = goal === undefined ? '' : ` Goal ≤ ${goal}: ${median <= goal ? 'yes' : '**no**'}.`;
  return `Recording: ${median.toFixed(2)} x the engine's median, ${best.toFixed(2)} x its best.${kept}`;
}

/** A work at several sizes: [label, found by engine][]. */
export function* growthTable(title, sizes, engines, names) {
  yield `### ${title}`;
  yield '';
  yield row('', ...engines.map((engine) => names[engine]));
  yield `|${'---|'.repeat(engines.length + 1)}`;
  for (const [label, found] of sizes) {
    const torch = judge(found);
    const cell = (one) =>
      one.failure ?? `${time(one.median)}${torch ? ` (${ratioOf(one.median / torch.median)})` : ''}`;
    yield row(label, ...engines.map((engine) => cell(found[engine])));
  }
  yield '';
}
