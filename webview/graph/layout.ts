/** Where everything goes: elk's layered layout in a worker, left to right, cached by what is drawn. */
import ELK, { type ELK as Elk, type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk-api.js';
import { CARD_HEIGHT, CHIP_HEIGHT, type Drawn } from './model';
import { chipTop, type Layout, type Point, placeCards, type Rect } from './place';
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

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.spacing.nodeNodeBetweenLayers': '20',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.spacing.nodeNode': '16',
  'elk.spacing.edgeEdge': '9',
  'elk.spacing.edgeNode': '12',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
};
const BOX_OPTIONS = { 'elk.padding': '[top=27,left=9,bottom=9,right=9]' };

export function toElk(drawing: Drawn): ElkNode {
  const boxes = new Map<string, ElkNode>();
  const root: ElkNode = { id: 'root', layoutOptions: OPTIONS, children: [], edges: [] };
  for (const box of drawing.boxes) {
    const node: ElkNode = { id: `b:${box.path}`, layoutOptions: BOX_OPTIONS, children: [] };
    boxes.set(box.path, node);
    (boxes.get(box.parent) ?? root).children!.push(node);
  }
  const port = (id: string, x: number, y: number, side: string) => ({
    id,
    x,
    y,
    width: 0,
    height: 0,
    layoutOptions: { 'elk.port.side': side },
  });
  const middle = CARD_HEIGHT / 2;
  for (const card of drawing.cards) {
    const line = card.kind === 'parameter' ? CHIP_HEIGHT / 2 : middle;
    const ports = [port(`${card.key}:in`, 0, line, 'WEST'), port(`${card.key}:out`, card.width, line, 'EAST')];
    for (const [i, chip] of card.chips.entries()) {
      ports.push(port(`${chip.key}:out`, card.width, chipTop(i) + CHIP_HEIGHT / 2, 'EAST'));
    }
    (boxes.get(card.box) ?? root).children!.push({
      id: card.key,
      width: card.width,
      height: card.height,
      ports,
      layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
    });
  }
  for (const link of drawing.links) {
    root.edges!.push({ id: link.key, sources: [`${link.from}:out`], targets: [`${link.to}:in`] });
  }
  return root;
}

function fromElk(drawing: Drawn, root: ElkNode): Layout {
  const placed = new Map<string, ElkNode>();
  const walk = (node: ElkNode): void => {
    placed.set(node.id, node);
    for (const child of node.children ?? []) walk(child);
  };
  walk(root);
  const boxes = new Map<string, Rect>();
  for (const box of drawing.boxes) {
    const node = placed.get(`b:${box.path}`);
    if (node) boxes.set(box.path, { x: node.x ?? 0, y: node.y ?? 0, w: node.width ?? 0, h: node.height ?? 0 });
  }
  const links = new Map<string, Point[]>();
  for (const edge of (root.edges ?? []) as ElkExtendedEdge[]) {
    const section = edge.sections?.[0];
    if (section) links.set(edge.id, [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
  }
  const cards = placeCards(drawing, (key) => ({ x: placed.get(key)?.x ?? 0, y: placed.get(key)?.y ?? 0 }));
  return { key: drawing.key, cards, boxes, links, width: root.width ?? 0, height: root.height ?? 0 };
}

const cache = new Map<string, Promise<Layout>>();

/** A worker that does not answer must not leave the picture empty. */
const PATIENCE = 15_000;

export function layout(drawing: Drawn): Promise<Layout> {
  let found = cache.get(drawing.key);
  if (!found) {
    engine ??= elk();
    const late = new Promise<never>((_, fail) =>
      setTimeout(() => fail(new Error('the layout took too long')), PATIENCE),
    );
    found = Promise.race([engine.then((e) => e.layout(toElk(drawing))), late])
      .then((root) => fromElk(drawing, root))
      .catch((error: unknown) => {
        console.warn('Backstep: plain layout is used:', error);
        return plainLayout(drawing);
      });
    cache.set(drawing.key, found);
    if (cache.size > 40) cache.delete(cache.keys().next().value!);
  }
  return found;
}
