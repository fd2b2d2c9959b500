/**
 * A nested layout put together from layouts of its parts: each module is laid out by itself, with ports where links go in and out, and is one
 * node of the module around it. Equal parts have equal descriptions, and are laid out once: a hundred equal blocks cost what one costs, and
 * to open a module costs that module and those around it.
 */
import type { ElkExtendedEdge, ElkNode, ElkPort } from 'elkjs/lib/elk-api.js';
import { type Box, CARD_HEIGHT, type Card, CHIP_HEIGHT, type Drawn } from './model';
import { chipTop, type Layout, type Point, placeCards, type Rect } from './place';

export type LayOut = (graph: ElkNode) => Promise<ElkNode>;

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.spacing.nodeNodeBetweenLayers': '20',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.spacing.nodeNode': '16',
  'elk.spacing.edgeEdge': '9',
  'elk.spacing.edgeNode': '12',
  'elk.padding': '[top=12,left=12,bottom=12,right=12]',
};
const BOX_PADDING = '[top=27,left=9,bottom=9,right=9]';
/**
 * Straight links make a long row of boxes climb like stairs, where they go in higher than out. Where that makes a part so many times higher than
 * the highest that is in it, the row is kept level instead.
 */
const LEVEL = { ...OPTIONS, 'elk.layered.nodePlacement.strategy': 'SIMPLE' };
const STAIRS = 1.5;
/** A module with more in it than this is cut into stretches, with borders that nobody sees: elk's time grows with the square of it. */
const MOST = 96;
const STRETCH = { least: 16, most: 48 };

/** What lies directly in a box: a card, or a box that is laid out already. */
interface Item {
  key: string;
  card: Card | null;
  path: string;
}

/** A box (null is the canvas, or a stretch of a box) and what goes through its border, by the card that it comes from. */
interface Part {
  box: Box | null;
  /** The box around it; '' is the canvas. */
  parent: string;
  items: Item[];
  ins: Map<string, number>;
  outs: Map<string, number>;
  /** Pieces of links that run in it: from and to are `c:KEY` (a card), `i:KEY`, `o:KEY` (a link through a box's border). */
  pieces: Map<string, Piece>;
}
interface Piece {
  from: End;
  to: End;
}
/** A card's or a box's side, or (`at` null) this part's own border. */
interface End {
  at: string | null;
  port: string;
}
interface Placed {
  w: number;
  h: number;
  at: Map<string, Point>;
  /** Where the links go through its border. */
  ports: Map<string, Point>;
  pieces: Map<string, Point[]>;
}

const boxKey = (path: string): string => `b:${path}`;

/** Boxes with what they hold, and each link cut at the borders that it crosses. */
function partsOf(drawing: Drawn): { parts: Map<string, Part>; routes: Map<string, [path: string, piece: string][]> } {
  const parts = new Map<string, Part>();
  const part = (box: Box | null, parent: string): Part => ({
    box,
    parent,
    items: [],
    ins: new Map(),
    outs: new Map(),
    pieces: new Map(),
  });
  const known = (path: string): string => (parts.has(path) ? path : '');
  parts.set('', part(null, ''));
  for (const box of drawing.boxes) parts.set(box.path, part(box, known(box.parent)));
  const hold = new Map<string, string[]>();
  /** The boxes around a card, the innermost first. */
  const around = (path: string): string[] => {
    let found = hold.get(path);
    if (!found) {
      found = path === '' ? [path] : [path, ...around(parts.get(path)!.parent)];
      hold.set(path, found);
    }
    return found;
  };
  // In the order in which the script runs them: a box is where its first card is.
  const entered = new Set<string>(['']);
  const home = new Map<string, string>();
  for (const card of drawing.cards) {
    const path = known(card.box);
    const ways = around(path);
    for (let i = ways.length - 2; i >= 0; i--) {
      const inner = ways[i]!;
      if (entered.has(inner)) continue;
      entered.add(inner);
      parts.get(ways[i + 1]!)!.items.push({ key: boxKey(inner), card: null, path: inner });
    }
    parts.get(path)!.items.push({ key: card.key, card, path });
    home.set(card.key, path);
    for (const chip of card.chips) home.set(chip.key, path);
  }
  const hosts = new Map(drawing.cards.flatMap((card) => card.chips.map((chip) => [chip.key, card.key] as const)));
  for (const path of [...parts.keys()]) {
    for (let round = 0; parts.get(path)!.items.length > MOST; round++) {
      const whole = parts.get(path)!;
      const { items } = whole;
      const at = new Map(items.map(({ key }, i) => [key, i]));
      const itemOf = (card: string): number | undefined => {
        const ways = around(home.get(card)!);
        const depth = ways.indexOf(path);
        if (depth < 0) return undefined;
        return at.get(depth === 0 ? (hosts.get(card) ?? card) : boxKey(ways[depth - 1]!));
      };
      const cuts = cutsOf(drawing.links, items.length, itemOf);
      whole.items = [];
      for (const [i, from] of cuts.entries()) {
        const inner = `${path}#${round}.${i}`;
        const stretch = part(null, path);
        stretch.items = items.slice(from, cuts[i + 1]);
        parts.set(inner, stretch);
        whole.items.push({ key: boxKey(inner), card: null, path: inner });
        for (const { key, card, path: held } of stretch.items) {
          if (!card) parts.get(held)!.parent = inner;
          for (const one of card ? [key, ...card.chips.map((chip) => chip.key)] : []) home.set(one, inner);
        }
      }
      hold.clear();
    }
  }
  // The main way above, what joins it below: modules before single ops and inputs.
  for (const { items } of parts.values()) items.sort((a, b) => Number(a.card !== null) - Number(b.card !== null));
  const routes = new Map<string, [string, string][]>();
  for (const { key, from, to } of drawing.links) {
    const [up, down] = [around(home.get(from)!), around(home.get(to)!)];
    const shared = up.find((path) => down.includes(path))!;
    const route: [string, string][] = [];
    const piece = (path: string, a: End, b: End): void => {
      const id = `${a.at}:${a.port}>${b.at}:${b.port}`;
      parts.get(path)!.pieces.set(id, { from: a, to: b });
      route.push([path, id]);
    };
    let last: End = { at: hosts.get(from) ?? from, port: `o:${from}` };
    for (const path of up.slice(0, up.indexOf(shared))) {
      const { outs } = parts.get(path)!;
      if (!outs.has(from)) outs.set(from, outs.size);
      piece(path, last, { at: null, port: `o:${from}` });
      last = { at: boxKey(path), port: `o:${from}` };
    }
    const inward = down.slice(0, down.indexOf(shared)).reverse();
    let level = shared;
    for (const path of inward) {
      const { ins } = parts.get(path)!;
      if (!ins.has(from)) ins.set(from, ins.size);
      piece(level, last, { at: boxKey(path), port: `i:${from}` });
      last = { at: null, port: `i:${from}` };
      level = path;
    }
    piece(level, last, { at: to, port: 'i' });
    routes.set(key, route);
  }
  return { parts, routes };
}

/** Where a long row is cut: between stretches few links lead on. Equal blocks are cut alike. */
function cutsOf(links: Drawn['links'], count: number, itemOf: (card: string) => number | undefined): number[] {
  // How far each card's value is read, to either side.
  const reach = new Map<string, [low: number, high: number]>();
  for (const { from, to } of links) {
    const [a, b] = [itemOf(from), itemOf(to)];
    if (a === undefined || b === undefined) continue;
    const [low, high] = reach.get(from) ?? [a, a];
    reach.set(from, [Math.min(low, b), Math.max(high, b)]);
  }
  const change = new Int32Array(count + 1);
  for (const [low, high] of reach.values()) {
    change[low + 1]!++;
    change[high + 1]!--;
  }
  const across: number[] = [];
  let now = 0;
  for (let i = 0; i < count; i++) across.push((now += change[i]!));
  const cuts = [0];
  for (let at = 0; count - at > STRETCH.most; ) {
    let best = at + STRETCH.least;
    for (let i = best; i <= at + STRETCH.most; i++) if (across[i]! < across[best]!) best = i;
    cuts.push((at = best));
  }
  return cuts;
}

const port = (id: string, side: string, at?: Point): ElkPort => ({
  id,
  ...(at ? { x: at.x, y: at.y } : {}),
  width: 0,
  height: 0,
  layoutOptions: { 'elk.port.side': side },
});

/** A part as elk is told of it: with names of its own, so that equal parts are told equally. */
function described(
  part: Part,
  inner: ReadonlyMap<string, Placed>,
  options: Record<string, string>,
): { graph: ElkNode; names: string[] } {
  const place = new Map(part.items.map(({ key }, i) => [key, String(i)]));
  const local = new Map<string, string>();
  const own = (end: End): string => {
    const whole = `${end.at}:${end.port}`;
    let found = local.get(whole);
    if (found === undefined) {
      found = `${end.at === null ? 'x' : place.get(end.at)}:${local.size}`;
      local.set(whole, found);
    }
    return found;
  };
  const names = [...part.pieces.keys()];
  const edges: ElkExtendedEdge[] = [...part.pieces.values()].map(({ from, to }, i) => ({
    id: `e${i}`,
    sources: [own(from)],
    targets: [own(to)],
  }));
  const children = part.items.map(({ key, card, path }): ElkNode => {
    const sides: ElkPort[] = [];
    const add = (name: string, side: string, at: Point): void => {
      const id = local.get(`${key}:${name}`);
      if (id !== undefined) sides.push(port(id, side, at));
    };
    let size: { width: number; height: number };
    if (card) {
      const line = card.kind === 'parameter' ? CHIP_HEIGHT / 2 : CARD_HEIGHT / 2;
      size = { width: card.width, height: card.height };
      add('i', 'WEST', { x: 0, y: line });
      add(`o:${key}`, 'EAST', { x: card.width, y: line });
      for (const [i, chip] of card.chips.entries()) {
        add(`o:${chip.key}`, 'EAST', { x: card.width, y: chipTop(i) + CHIP_HEIGHT / 2 });
      }
    } else {
      const box = inner.get(path)!;
      size = { width: box.w, height: box.h };
      for (const [name, at] of box.ports) add(name, name.startsWith('i') ? 'WEST' : 'EAST', at);
    }
    return { id: place.get(key)!, ...size, ports: sides, layoutOptions: { 'elk.portConstraints': 'FIXED_POS' } };
  });
  const ways = part.ins.size + part.outs.size;
  if (!part.box && ways === 0) return { graph: { id: 'root', layoutOptions: options, children, edges }, names };
  const ports: ElkPort[] = [];
  for (const [keys, side] of [
    [part.ins, 'i'],
    [part.outs, 'o'],
  ] as const) {
    for (const key of keys.keys()) {
      ports.push(port(own({ at: null, port: `${side}:${key}` }), side === 'i' ? 'WEST' : 'EAST'));
    }
  }
  const padding = part.box ? BOX_PADDING : '[top=0,left=0,bottom=0,right=0]';
  const inBox = { ...options, 'elk.padding': padding, 'elk.portConstraints': 'FIXED_SIDE' };
  const box: ElkNode = { id: 'x', layoutOptions: inBox, ports, children, edges };
  return { graph: { id: 'root', layoutOptions: { 'elk.algorithm': 'layered' }, children: [box] }, names };
}

/** What elk answered, in places of the part. */
function read(part: Part, names: readonly string[], answer: ElkNode): Placed {
  const root = answer.children?.[0]?.id === 'x' ? answer.children[0] : answer;
  const local = (p: Point): Point => ({ x: p.x, y: p.y });
  const ports = new Map<string, Point>();
  // In the order in which they were told.
  const told = [...[...part.ins.keys()].map((k) => `i:${k}`), ...[...part.outs.keys()].map((k) => `o:${k}`)];
  for (const [i, name] of told.entries()) {
    const { x = 0, y = 0 } = root.ports![i]!;
    ports.set(name, { x, y });
  }
  const pieces = new Map<string, Point[]>();
  for (const edge of root.edges ?? []) {
    const section = edge.sections?.[0];
    if (!section) continue;
    const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(local);
    pieces.set(names[Number(edge.id.slice(1))]!, points);
  }
  const at = new Map(part.items.map(({ key }, i) => [key, local(root.children![i] as Point)]));
  return { w: root.width ?? 0, h: root.height ?? 0, at, ports, pieces };
}

/** Without the points that a straight line goes through anyway. */
function straight(points: readonly Point[]): Point[] {
  const found: Point[] = [];
  for (const p of points) {
    const [a, b] = [found.at(-2), found.at(-1)];
    if (b && Math.abs(b.x - p.x) < 0.01 && Math.abs(b.y - p.y) < 0.01) continue;
    const same = (k: 'x' | 'y') => a && b && Math.abs(a[k] - b[k]) < 0.01 && Math.abs(b[k] - p[k]) < 0.01;
    if (same('x') || same('y')) found.pop();
    found.push(p);
  }
  return found;
}

/** Lays a drawing out, the innermost modules first. `lay` is asked once for each of its different parts. */
export async function nestedLayout(drawing: Drawn, lay: LayOut): Promise<Layout> {
  const { parts, routes } = partsOf(drawing);
  const placed = new Map<string, Placed>();
  const place = async (path: string): Promise<void> => {
    const part = parts.get(path)!;
    await Promise.all(part.items.filter(({ card }) => !card).map((item) => place(item.path)));
    const laid = async (options: Record<string, string>): Promise<Placed> => {
      const { graph, names } = described(part, placed, options);
      return read(part, names, await lay(graph));
    };
    let found = await laid(OPTIONS);
    const highest = Math.max(0, ...part.items.map(({ card, path }) => card?.height ?? placed.get(path)!.h));
    if (found.h > highest * STAIRS && part.items.some(({ card }) => !card)) {
      const level = await laid(LEVEL);
      if (level.h * STAIRS < found.h) found = level;
    }
    placed.set(path, found);
  };
  await place('');
  return together(drawing, parts, placed, routes);
}

function together(
  drawing: Drawn,
  parts: ReadonlyMap<string, Part>,
  placed: ReadonlyMap<string, Placed>,
  routes: ReadonlyMap<string, [string, string][]>,
): Layout {
  const corners = new Map<string, Point>([['', { x: 0, y: 0 }]]);
  const boxes = new Map<string, Rect>();
  const at = new Map<string, Point>();
  const walk = (path: string): void => {
    const corner = corners.get(path)!;
    const here = placed.get(path)!;
    for (const item of parts.get(path)!.items) {
      const { x, y } = here.at.get(item.key)!;
      const place = { x: corner.x + x, y: corner.y + y };
      if (item.card) {
        at.set(item.key, place);
        continue;
      }
      const { w, h } = placed.get(item.path)!;
      corners.set(item.path, place);
      if (parts.get(item.path)!.box) boxes.set(item.path, { ...place, w, h });
      walk(item.path);
    }
  };
  walk('');
  const links = new Map<string, Point[]>();
  for (const [key, route] of routes) {
    const points = route.flatMap(([path, piece]) => {
      const corner = corners.get(path)!;
      return (placed.get(path)!.pieces.get(piece) ?? []).map(({ x, y }) => ({ x: corner.x + x, y: corner.y + y }));
    });
    if (points.length > 0) links.set(key, straight(points));
  }
  const { w: width, h: height } = placed.get('')!;
  const cards = placeCards(drawing, (key) => at.get(key) ?? { x: 0, y: 0 });
  return { key: drawing.key, cards, boxes, links, width, height };
}
