/** Where everything goes: elk's layered layout in a worker, left to right, cached by what is drawn and by each of its parts. */
import ELK, { type ELK as Elk, type ElkNode } from 'elkjs/lib/elk-api.js';
import type { Drawn } from './model';
import { nestedLayout } from './nested';
import type { Layout } from './place';
import { plainLayout } from './plain';

let engine: Promise<Elk> | null = null;

/** A webview cannot start a worker from another origin: fetch it and start it from a blob. */
async function elk(): Promise<Elk> {
  const uri = document.body.dataset.elk;
  if (!uri) throw new Error('no layout worker was given');
  const answer = await fetch(uri);
  if (!answer.ok) throw new Error(`the layout worker did not load (${answer.status})`);
  const blob = new Blob([await answer.text()], { type: 'text/javascript' });
  const url = URL.createObjectURL(blob);
  return new ELK({ workerFactory: () => new Worker(url) });
}

/** Starts the worker before there is anything to lay out: its start takes longer than most layouts. */
export function prepare(): void {
  if (!document.body.dataset.elk) return;
  engine ??= elk();
  // Where it fails, the first layout says so.
  const trial = {
    id: 'root',
    layoutOptions: { 'elk.algorithm': 'layered' },
    children: [{ id: 'a', width: 1, height: 1 }],
  };
  engine.then((e) => e.layout(trial)).catch(() => {});
}

/** The latest of them, by key. */
class Kept<T> {
  private readonly found = new Map<string, Promise<T>>();

  constructor(private readonly most: number) {}

  get(key: string, make: () => Promise<T>): Promise<T> {
    const { found } = this;
    const known = found.get(key) ?? make();
    found.delete(key);
    found.set(key, known);
    if (found.size > this.most) found.delete(found.keys().next().value!);
    return known;
  }
}

const layouts = new Kept<Layout>(40);
const parts = new Kept<ElkNode>(400);

/** A worker that does not answer must not leave the picture empty. */
const PATIENCE = 15_000;

export function layout(drawing: Drawn): Promise<Layout> {
  return layouts.get(drawing.key, () => {
    engine ??= elk();
    const late = new Promise<never>((_, fail) =>
      setTimeout(() => fail(new Error('the layout took too long')), PATIENCE),
    );
    const lay = (e: Elk, part: ElkNode) => parts.get(JSON.stringify(part), () => e.layout(part));
    return Promise.race([engine.then((e) => nestedLayout(drawing, (part) => lay(e, part))), late]).catch(
      (error: unknown) => {
        console.warn('Backstep: plain layout is used:', error);
        return plainLayout(drawing);
      },
    );
  });
}
