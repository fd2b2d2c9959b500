/** What of the graph is drawn: modules folded or open, parameters attached to their op. Plain data, no page. */
import type { GraphModule, GraphNode } from '../../src/protocol/views';
import { shapeText } from '../format';
import { textWidth } from './measure';
import { parents, repeats, type Shape } from './repeats';

export interface Card {
  /** `n12` for a node, `m:block.0` for a folded module. */
  key: string;
  kind: GraphNode['kind'] | 'folded';
  node: GraphNode | null;
  module: GraphModule | null;
  /** The box it lies in; '' is the canvas. */
  box: string;
  /** Ids of the nodes it stands for. */
  members: number[];
  /** A folded module of so many equal layers. */
  repeated?: number;
  /** Parameters drawn under it. */
  chips: Card[];
  title: string;
  detail: string;
  width: number;
  height: number;
}

export interface Link {
  key: string;
  from: string;
  to: string;
  grad: boolean;
  /** It leads through nodes that are left out. */
  bridged: boolean;
  /** Node pairs it stands for: several where a module is folded. */
  pairs: [number, number][];
}

export interface Box {
  path: string;
  parent: string;
  module: GraphModule;
  depth: number;
}

export interface Drawn {
  /** Equal drawings have equal keys: a layout may be cached by it. */
  key: string;
  cards: Card[];
  /** Cards and chips by key. */
  byKey: Map<string, Card>;
  /** Where a node of the graph is seen. */
  cardOf: Map<number, Card>;
  links: Link[];
  boxes: Box[];
}

export const CARD_HEIGHT = 66;
export const CHIP_HEIGHT = 32;
export const CHIP_GAP = 5;
/** So many layers of one kind are one card at first; fewer are read one beside the other. */
const REPEATED = 40;
/** Cards that are read at a glance; too few to say anything; and as many as may be scrolled through. */
const MANY = 70;
const FEW = 8;
const MOST = 250;

const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
const inside = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer}.`);

/** Modules to fold at first, so that a large network opens readable: the deepest go first. */
export function defaultFolds(graph: Shape): string[] {
  const ops = graph.nodes.filter((n) => n.kind !== 'parameter');
  const depth = (path: string): number => path.split('.').length;
  const paths = graph.modules.map((m) => m.path).filter((p) => p !== '');
  let limit = Math.max(0, ...paths.map(depth));
  const visible = (level: number): number =>
    new Set(
      ops.map((n) => {
        const parts = n.module.split('.');
        return n.module !== '' && parts.length >= level ? parts.slice(0, level).join('.') : `n${n.id}`;
      }),
    ).size;
  if (ops.length <= (graph.part ? MOST : MANY) || limit === 0) return [];
  while (limit > 1 && visible(limit) > MANY) limit--;
  // A hundred equal blocks in a row are easier to read than one box that says nothing.
  if (visible(limit) < FEW && visible(limit + 1) <= MOST) limit++;
  const many = [...repeats(graph)].filter(([, { count }]) => count > REPEATED).map(([path]) => path);
  return [...new Set([...many, ...paths.filter((p) => depth(p) === limit)])];
}

/** Which modules are closed: the user's word first. */
export function folds(graph: Shape, said: Readonly<Record<string, boolean>>): string[] {
  const usual = defaultFolds(graph).filter((path) => said[path] !== false);
  return [...new Set([...usual, ...graph.modules.map((m) => m.path).filter((path) => path !== '' && said[path])])];
}

function size(card: Card): void {
  const chips = Math.max(0, ...card.chips.map((chip) => chip.width));
  const own = Math.max(textWidth(card.title, true) + 53, textWidth(card.detail, false) + 22, 104);
  card.width = Math.min(230, Math.max(own, chips));
  card.height = CARD_HEIGHT;
  for (const chip of card.chips) chip.width = card.width;
}

function cardOfNode(node: GraphNode): Card {
  const chip = node.kind === 'parameter';
  const title = chip ? lastName(node.label || node.op) : node.kind === 'op' ? node.op : node.label || node.op;
  const named = node.kind === 'loss' && node.label !== node.op;
  const detail = named ? node.op : shapeText(node.shape);
  const key = `n${node.id}`;
  const card: Card = {
    key,
    kind: node.kind,
    node,
    module: null,
    box: node.module,
    members: [node.id],
    chips: [],
    title,
    detail,
    width: 0,
    height: CHIP_HEIGHT,
  };
  if (chip) card.width = textWidth(title, false) + textWidth(detail, false) + 34;
  else size(card);
  return card;
}

export function drawn(graph: Shape, folded: readonly string[]): Drawn {
  const parentOf = parents(graph.modules);
  const byPath = new Map(graph.modules.map((m) => [m.path, m]));
  // The outermost folded module that holds a path decides.
  const foldOf = (path: string): string | null => {
    let found: string | null = null;
    for (const fold of folded) {
      if (byPath.has(fold) && inside(path, fold) && (found === null || fold.length < found.length)) found = fold;
    }
    return found;
  };
  const cards = new Map<string, Card>();
  const cardOf = new Map<number, Card>();
  for (const node of graph.nodes) {
    const fold = node.module === '' ? null : foldOf(node.module);
    if (fold === null) {
      const card = cardOfNode(node);
      card.box = byPath.has(node.module) ? node.module : parentOf(node.module);
      cards.set(card.key, card);
      cardOf.set(node.id, card);
      continue;
    }
    const key = `m:${fold}`;
    let card = cards.get(key);
    if (!card) {
      const module = byPath.get(fold)!;
      const same = repeats(graph).get(fold);
      card = {
        key,
        kind: 'folded',
        node: null,
        module,
        box: parentOf(fold),
        members: [],
        chips: [],
        title: lastName(fold),
        detail: same ? `${same.type} ×${same.count}` : module.type,
        ...(same ? { repeated: same.count } : {}),
        width: 0,
        height: CARD_HEIGHT,
      };
      size(card);
      cards.set(key, card);
    }
    card.members.push(node.id);
    cardOf.set(node.id, card);
  }
  attachChips(graph, cards, cardOf);
  const links = linksOf(graph, cardOf);
  const boxes = boxesOf(graph, cards, parentOf);
  widenForTitles(cards, boxes);
  const byKey = new Map<string, Card>();
  for (const card of cards.values()) {
    byKey.set(card.key, card);
    for (const chip of card.chips) byKey.set(chip.key, chip);
  }
  const key = `${graph.structure}|${[...folded].sort().join(',')}`;
  return { key, cards: [...cards.values()], byKey, cardOf, links, boxes };
}

/** A parameter hangs under the first op that uses it. */
function attachChips(graph: Shape, cards: Map<string, Card>, cardOf: Map<number, Card>): void {
  const taken = new Set<number>();
  for (const edge of graph.edges) {
    const chip = cardOf.get(edge.from);
    const host = cardOf.get(edge.to);
    if (chip?.kind !== 'parameter' || !host || host.kind === 'parameter' || taken.has(edge.from)) continue;
    taken.add(edge.from);
    cards.delete(chip.key);
    if (host.kind === 'folded') {
      host.members.push(edge.from);
      cardOf.set(edge.from, host);
    } else {
      host.chips.push(chip);
      chip.box = host.box;
    }
  }
  for (const card of cards.values()) {
    if (card.chips.length === 0) continue;
    size(card);
    card.height = CARD_HEIGHT + card.chips.length * (CHIP_HEIGHT + CHIP_GAP);
  }
}

function linksOf(graph: Shape, cardOf: Map<number, Card>): Link[] {
  const links = new Map<string, Link>();
  for (const edge of graph.edges) {
    const from = cardOf.get(edge.from);
    const to = cardOf.get(edge.to);
    if (!from || !to || from === to || to.chips.includes(from)) continue;
    const key = `${from.key}>${to.key}`;
    const link = links.get(key) ?? { key, from: from.key, to: to.key, grad: false, bridged: true, pairs: [] };
    link.grad ||= edge.grad;
    link.bridged &&= edge.bridged === true;
    link.pairs.push([edge.from, edge.to]);
    links.set(key, link);
  }
  return [...links.values()];
}

function boxesOf(graph: Shape, cards: Map<string, Card>, parentOf: (path: string) => string): Box[] {
  const used = new Set<string>();
  for (const card of cards.values()) {
    for (let at = card.box; at !== ''; at = parentOf(at)) used.add(at);
  }
  return graph.modules
    .filter((module) => module.path !== '' && used.has(module.path))
    .map((module) => {
      let depth = 0;
      for (let at = parentOf(module.path); at !== ''; at = parentOf(at)) depth++;
      return { path: module.path, parent: parentOf(module.path), module, depth };
    })
    .sort((a, b) => a.depth - b.depth);
}

export const boxTitle = (box: Box): string => lastName(box.path);

/** A box is as wide as what it holds: the cards make room for its title. */
function widenForTitles(cards: Map<string, Card>, boxes: Box[]): void {
  const held = new Map<string, Card[]>();
  for (const card of cards.values()) held.set(card.box, [...(held.get(card.box) ?? []), card]);
  for (const box of boxes) {
    const inner = held.get(box.path) ?? [];
    if (inner.length !== 1 || boxes.some((b) => b.parent === box.path)) continue;
    const need = textWidth(boxTitle(box), true) + textWidth(box.module.type, false) + 26;
    const card = inner[0]!;
    card.width = Math.min(260, Math.max(card.width, need));
    for (const chip of card.chips) chip.width = card.width;
  }
}
