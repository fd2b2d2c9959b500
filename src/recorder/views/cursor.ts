/** Where the cursor is, and how one says so. */
import { t } from '../../protocol/l10n';
import type { Cursor } from '../../protocol/ticks';
import type { OpRecord, Recording } from '../recording';
import { fileName, opName, placeText, storageAt } from './common';
import { textOf } from './expression';
import { headOf } from './figures';
import { builtAt } from './graph';
import { lossName } from './loss';
import { Names } from './names';
import { figureLine } from './outputs';
import { Parameters, parameterOf, statesAt } from './parameters';
import { ruleAt } from './rule';

export function cursorOf(r: Recording, tick: number, live: boolean): Cursor {
  const none = tick < 0 || tick >= r.ticks;
  const base = { tick, ticks: r.ticks, iterations: r.iterationCount, live };
  if (none)
    return { ...base, kind: 'line', phase: 'forward', iteration: 0, place: null, label: t('not started'), node: null };
  const iteration = r.iterationAt(tick);
  return {
    ...base,
    kind: r.kindAt(tick),
    phase: r.phaseAt(tick),
    iteration,
    place: r.placeAt(tick),
    label: labelOf(r, tick),
    node: nodeAt(r, tick),
  };
}

/** The graph's node that a tick belongs to: the op's, or the parameter's whose gradient or update it is. */
export function nodeAt(r: Recording, tick: number): number | null {
  const record = r.recordAt(tick);
  if (!record) return null;
  const built = builtAt(r, r.iterationAt(tick), tick);
  const own = built.nodeOf.get(record.index) ?? built.nodeOf.get(record.forwardIndex);
  if (own !== undefined) return own;
  const parameter = ownerOf(r, record);
  return parameter === null ? null : (built.nodeOfTensor.get(parameter) ?? null);
}

/** `relu of linear1 (three_class.py:31)`: what a status bar or a screen reader says of a tick. */
export function labelOf(r: Recording, tick: number): string {
  const place = r.placeAt(tick);
  const kind = r.kindAt(tick);
  if (kind === 'line') return place ? t('line {0} of {1}', place.line, fileName(place.path)) : t('a line');
  if (kind === 'output') {
    const output = r.outputAt(tick);
    if (output?.stream === 'figure') return t('draws {0}', figureLine(headOf(output)));
    const text = output?.text ?? '';
    return text === '' ? t('end of the script') : t('prints {0}', printed(text));
  }
  const record = r.recordAt(tick)!;
  const text = recordText(r, record);
  return place && record.kind !== 'update' ? `${text} (${placeText(place)})` : text;
}

function recordText(r: Recording, record: OpRecord): string {
  const names = Names.of(r);
  if (record.kind === 'backward') {
    if (record.forwardOf) return t('gradient of {0}', opText(r, record.forwardOf));
    const pass = r.passAt(record.tick);
    if (record.name === 'ones_like' && pass && record.tick === pass.start)
      return t('gradient starts at {0}', lossName(r, pass));
    if (record.name === 'add') return t('sum of two gradients');
    return record.op ? t('{0} in backward()', opName(record)) : t('gradient {0}', record.name);
  }
  const parameter = ownerOf(r, record);
  const name = parameter === null ? null : names.tensor(parameter, record.tick);
  if (record.name === 'accumulate gradient') return t('gradient put into {0}.grad', name ?? t('a tensor'));
  if (record.name === 'edit') return t('edit of {0}', editedName(r, record) ?? t('a tensor'));
  if (record.name === 'data') return t('{0}.data is set', name ?? outName(r, record) ?? t('a tensor'));
  if (record.kind === 'update') {
    if (r.passAt(record.tick)?.kind === 'backward') return t('gradient added to {0}.grad', name ?? t('a tensor'));
    const written = name ?? outName(r, record);
    if (!written) return t('write: {0}', textOf(r, record));
    if (ruleAt(r, record) || r.passAt(record.tick)) return t('update of {0}: {1}', written, textOf(r, record));
    return t('write to {0}: {1}', written, textOf(r, record));
  }
  if (name && ruleAt(r, record)) return t('update of {0}: {1}', name, textOf(r, record));
  // Inside of a step() that has not written yet, what belongs to the rule is not known: only whom it is for.
  if (name && r.passAt(record.tick)) return t('{0} for {1}', opName(record), name);
  return opText(r, record);
}

/** The parameter whose gradient or update a record is: its memory's, or that of the rule it takes part in. */
const ownerOf = (r: Recording, record: OpRecord): number | null =>
  parameterOf(r, record) ?? (record.kind === 'backward' ? null : (ruleAt(r, record)?.parameter ?? null));

/** `l1.weight`, `l1.weight.grad`, `l1.weight's momentum_buffer` */
function editedName(r: Recording, record: OpRecord): string | null {
  const { tick } = record;
  const [out] = record.outs;
  const owned = out && Parameters.of(r).ofStorage(storageAt(r, out.tensor, tick), tick);
  const name = owned && Names.of(r).tensor(owned.parameter, tick);
  if (!name) return outName(r, record);
  if (owned.part === 'weight') return name;
  if (owned.part === 'grad') return `${name}.grad`;
  const [state] = [...statesAt(r, owned.parameter, tick)].find(([, id]) => id === out.tensor) ?? ['state'];
  return t("{0}'s {1}", name, state);
}

const outName = (r: Recording, record: OpRecord): string | null => {
  const out = record.outs.find((o) => o !== null);
  return out ? Names.of(r).tensor(out.tensor, record.tick) : null;
};

/** `relu of linear1`, as the graph says it. */
function opText(r: Recording, record: OpRecord): string {
  const built = builtAt(r, r.iterationAt(record.tick), record.tick);
  const id = built.nodeOf.get(record.index);
  if (id === undefined) {
    const module = Names.of(r).modulePath(record.module);
    return module ? t('{0} in {1}', opName(record), module) : opName(record);
  }
  const node = built.view.nodes[id];
  return node.kind === 'loss' ? `${node.op}, ${node.label}` : node.label;
}

function printed(text: string): string {
  const line = text.trim().split('\n')[0];
  return line.length > 60 ? `“${line.slice(0, 59)}…”` : `“${line}”`;
}
