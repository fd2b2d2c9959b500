/** The script's side of a segment: frames, names, passes, iterations, outputs, optimizers. */
import type { Recording } from '../recording';
import { Damage, index, maybe, num, rows, text, whole } from './check';

const STREAMS = ['stdout', 'stderr', 'console'] as const;
const VALUES = new Set(['prim', 'tensor', 'module', 'object']);

export function readLog(r: Recording, s: Record<string, unknown>, from: number, to: number): void {
  const inside = (v: unknown) => whole(v, 'a tick', from, to);
  rows(s.frames, 'frames', 6, ([id, parent, name, path, line, first]) => {
    const own = whole(id, 'a frame');
    const above = whole(parent, 'a frame', -1);
    // Callers come first, so that no chain of frames is endless.
    if (r.frame(own) || (above >= 0 && !r.frame(above))) throw new Damage('a frame');
    r.pages.addFrame({
      id: own,
      parent: above < 0 ? null : above,
      name: text(name, 'a frame'),
      path: text(path, 'a path'),
      line: whole(line, 'a line'),
      first: inside(first),
      last: -1,
    });
  });
  rows(s.deltas, 'names', 3, ([frame, tick, json]) => {
    const known = r.frame(whole(frame, 'a frame'));
    if (!known) throw new Damage('a frame');
    r.pages.addNames(known.id, inside(tick), namesOf(text(json, 'names')));
  });
  rows(s.passes, 'passes', 8, ([kind, label, start, end, frame, site, optimizer, root]) => {
    const begin = inside(start);
    const last = r.passCount > 0 ? r.pass(r.passCount - 1) : null;
    if (last && last.start > begin) throw new Damage('a pass');
    const stop = whole(end, 'a pass', -1);
    if (stop >= 0 && stop < begin) throw new Damage('a pass');
    r.pages.addPass({
      index: r.passCount,
      kind: index(kind, 2, 'a pass') === 0 ? 'backward' : 'step',
      label: text(label, 'a pass'),
      start: begin,
      end: stop < 0 ? Number.POSITIVE_INFINITY : stop,
      frame: whole(frame, 'a pass', -1),
      site: index(site, r.sites.length, 'a line', -1),
      optimizer: whole(optimizer, 'a pass', -1),
      root: whole(root, 'a pass', -1),
    });
  });
  readIterations(r, s, inside);
  rows(s.outputs, 'outputs', 3, ([tick, stream, printed]) => {
    r.pages.addOutput({
      tick: inside(tick),
      stream: STREAMS[index(stream, 3, 'an output')],
      text: text(printed, 'an output'),
    });
  });
  readOptimizers(r, s);
}

function readIterations(r: Recording, s: Record<string, unknown>, inside: (v: unknown) => number): void {
  let fresh = s.from === 0;
  rows(s.iterations, 'iterations', 5, ([start, backward, update, loss, root]) => {
    // A new recording has its first iteration already.
    if (fresh) r.dropIteration();
    fresh = false;
    const begin = inside(start);
    const last = r.iterationCount > 0 ? r.lastIteration : null;
    if (last ? last.start >= begin : begin !== 0) throw new Damage('an iteration');
    r.addIteration({
      start: begin,
      backward: phase(backward, begin),
      update: phase(update, begin),
      loss: maybe(loss, (v) => num(v, 'a loss')),
      root: whole(root, 'a loss', -1),
    });
  });
}

function phase(v: unknown, start: number): number {
  const tick = whole(v, 'a phase', -1);
  if (tick >= 0 && tick < start) throw new Damage('a phase');
  return tick;
}

function readOptimizers(r: Recording, s: Record<string, unknown>): void {
  const known = (id: unknown) => {
    const optimizer = r.optimizers.get(whole(id, 'an optimizer'));
    if (!optimizer) throw new Damage('an optimizer');
    return optimizer;
  };
  rows(s.hypers, 'optimizers', 3, ([id, tick, json]) => {
    r.pages.setHyper(known(id).id, whole(tick, 'a tick'), text(json, 'an optimizer'));
  });
  rows(s.states, 'optimizers', 6, ([id, parameter, name, tick, tensor, number]) => {
    const { id: own, kept } = known(id);
    const owner = whole(parameter, 'a parameter');
    const key = text(name, 'a name');
    let names = kept.get(owner);
    if (!names) kept.set(owner, (names = new Set()));
    names.add(key);
    const held = whole(tensor, 'a tensor', -1);
    const state = held < 0 ? { number: num(number, 'a number') } : { tensor: held };
    r.pages.setState(own, owner, key, whole(tick, 'a tick'), state);
  });
}

/** Names are kept as the text they are; only what is surely of the right kind is. */
function namesOf(json: string): string {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    throw new Damage('names');
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new Damage('names');
  for (const v of Object.values(read)) if (v !== null) checkValue(v, 0);
  return json;
}

function checkValue(v: unknown, depth: number): void {
  const x = v as { k?: unknown; id?: unknown; repr?: unknown; type?: unknown; items?: unknown };
  if (typeof x !== 'object' || x === null || !VALUES.has(x.k as string) || typeof x.type !== 'string' || depth > 8)
    throw new Damage('names');
  if (x.k === 'tensor' || x.k === 'module') whole(x.id, 'names');
  else if (typeof x.repr !== 'string') throw new Damage('names');
  if (x.items === undefined) return;
  rows(x.items, 'names', 2, ([accessor, item]) => {
    text(accessor, 'names');
    checkValue(item, depth + 1);
  });
}
