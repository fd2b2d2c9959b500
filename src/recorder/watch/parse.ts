/** The expressions of watchpoints and probes: Python's, as far as numbers and tensors go. */

import { t } from '../../protocol/l10n';
export type Node =
  | { kind: 'value'; value: number | boolean | string | null }
  | { kind: 'name'; name: string }
  | { kind: 'attribute'; of: Node; name: string }
  | { kind: 'item'; of: Node; index: Node[] }
  /** A function, or a method: `t.norm()` is `norm(t)`. */
  | { kind: 'call'; name: string; args: Node[] }
  | { kind: 'unary'; op: '-' | '~' | 'not'; of: Node }
  | { kind: 'binary'; op: string; left: Node; right: Node }
  | { kind: 'compare'; first: Node; rest: { op: string; node: Node }[] }
  | { kind: 'and' | 'or'; items: Node[] };

/** Words for the user: where in an expression something is wrong. */
export class SyntaxFault extends Error {}

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|('[^'\\]*'|"[^"\\]*")|(\*\*|\/\/|<=|>=|==|!=|[-+*/%@<>()[\],.&|^~]))/y;
const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '!=']);
/** Deeper nesting than a person writes. */
const DEEPEST = 100;
const LONGEST = 2000;

interface Token {
  kind: 'number' | 'name' | 'text' | 'sign' | 'end';
  text: string;
  at: number;
}

function tokens(source: string): Token[] {
  if (source.length > LONGEST) throw new SyntaxFault(t('This expression is too long.'));
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (source.slice(at).trim() !== '') {
    const last = found[found.length - 1];
    // `layers.0.weight`: after a name, a dot and digits are a child of a Sequential.
    const child =
      last && last.at + last.text.length === at && last.text !== '.' ? /^\.(\d+)/.exec(source.slice(at)) : null;
    if (child && (last.kind === 'name' || last.text === ']' || found[found.length - 2]?.text === '.')) {
      found.push({ kind: 'sign', text: '.', at }, { kind: 'name', text: child[1], at: at + 1 });
      at += child[0].length;
      continue;
    }
    // `0.weight`, `0.1.bias`: a Sequential that has no name itself.
    const root = /^\s*(\d+)(?=(?:\.\d+)*\.(?![eE][+-]?\d)[A-Za-z_])/.exec(source.slice(at));
    if (root && last?.text !== '.') {
      at += root[0].length;
      found.push({ kind: 'name', text: root[1], at: at - root[1].length });
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (!match) throw new SyntaxFault(t("'{0}' is no expression: what is '{1}'?", source, source.slice(at).trim()[0]));
    const [, number, name, text, sign] = match;
    const kind = number ? 'number' : name ? 'name' : text ? 'text' : 'sign';
    const shown = number ?? name ?? text ?? sign;
    found.push({ kind, text: shown, at: TOKEN.lastIndex - shown.length });
    at = TOKEN.lastIndex;
  }
  found.push({ kind: 'end', text: '', at: source.length });
  return found;
}

class Parser {
  private readonly tokens: Token[];
  private next = 0;
  private depth = 0;

  constructor(private readonly source: string) {
    this.tokens = tokens(source);
  }

  whole(): Node {
    const node = this.or();
    if (this.peek.kind !== 'end') this.fail();
    return node;
  }

  private get peek(): Token {
    return this.tokens[this.next];
  }

  private fail(): never {
    const { kind, text, at } = this.peek;
    const before = this.source.slice(0, at).trim();
    throw new SyntaxFault(
      kind === 'end'
        ? t("'{0}' is not complete.", this.source)
        : t(
            "'{0}' is no expression: '{1}' cannot stand {2}.",
            this.source,
            text,
            before ? t("after '{0}'", before) : t('at its beginning'),
          ),
    );
  }

  private take(text: string): boolean {
    const { peek } = this;
    if (peek.text !== text || peek.kind === 'text' || peek.kind === 'end') return false;
    this.next++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) this.fail();
  }

  private or(): Node {
    if (++this.depth > DEEPEST) throw new SyntaxFault(t('This expression is nested too deeply.'));
    const items = [this.and()];
    while (this.take('or')) items.push(this.and());
    this.depth--;
    return items.length === 1 ? items[0] : { kind: 'or', items };
  }

  private and(): Node {
    const items = [this.not()];
    while (this.take('and')) items.push(this.not());
    return items.length === 1 ? items[0] : { kind: 'and', items };
  }

  private not(): Node {
    if (!this.take('not')) return this.comparison();
    if (++this.depth > DEEPEST) throw new SyntaxFault(t('This expression is nested too deeply.'));
    const of = this.not();
    this.depth--;
    return { kind: 'unary', op: 'not', of };
  }

  private comparison(): Node {
    const first = this.binary(0);
    const rest: { op: string; node: Node }[] = [];
    for (;;) {
      let op = '';
      if (this.take('is')) op = this.take('not') ? 'is not' : 'is';
      else if (this.peek.kind === 'sign' && COMPARISONS.has(this.peek.text)) op = this.tokens[this.next++].text;
      else break;
      rest.push({ op, node: this.binary(0) });
    }
    return rest.length === 0 ? first : { kind: 'compare', first, rest };
  }

  /** Loosest first, as in Python. */
  private static readonly LEVELS = [['|'], ['^'], ['&'], ['+', '-'], ['*', '/', '//', '%', '@']];

  private binary(level: number): Node {
    const signs = Parser.LEVELS[level];
    if (!signs) return this.unary();
    let left = this.binary(level + 1);
    while (this.peek.kind === 'sign' && signs.includes(this.peek.text)) {
      const op = this.tokens[this.next++].text;
      left = { kind: 'binary', op, left, right: this.binary(level + 1) };
    }
    return left;
  }

  private unary(): Node {
    for (const op of ['-', '~'] as const)
      if (this.take(op)) {
        if (++this.depth > DEEPEST) throw new SyntaxFault(t('This expression is nested too deeply.'));
        const of = this.unary();
        this.depth--;
        return { kind: 'unary', op, of };
      }
    if (this.take('+')) return this.unary();
    const base = this.postfix();
    return this.take('**') ? { kind: 'binary', op: '**', left: base, right: this.unary() } : base;
  }

  private postfix(): Node {
    let node = this.atom();
    for (;;) {
      if (this.take('.')) {
        const { kind, text } = this.peek;
        if (kind !== 'name') this.fail();
        this.next++;
        if (!this.take('(')) node = { kind: 'attribute', of: node, name: text };
        else {
          const args = this.list(')');
          const isModule = node.kind === 'name' && (node.name === 'torch' || node.name === 'math');
          node = { kind: 'call', name: text, args: isModule ? args : [node, ...args] };
        }
      } else if (this.take('[')) node = { kind: 'item', of: node, index: this.list(']') };
      else return node;
    }
  }

  private list(close: string): Node[] {
    const items: Node[] = [];
    while (!this.take(close)) {
      items.push(this.or());
      if (!this.take(',')) {
        this.expect(close);
        break;
      }
    }
    return items;
  }

  private atom(): Node {
    const { kind, text } = this.peek;
    switch (kind) {
      case 'number':
        this.next++;
        return { kind: 'value', value: Number(text) };
      case 'text':
        this.next++;
        return { kind: 'value', value: text.slice(1, -1) };
      case 'name':
        return this.name(text);
      default: {
        this.expect('(');
        const node = this.or();
        this.expect(')');
        return node;
      }
    }
  }

  private name(text: string): Node {
    if (['and', 'or', 'not', 'is', 'if', 'else', 'for', 'in', 'lambda'].includes(text)) this.fail();
    this.next++;
    if (text === 'True' || text === 'False') return { kind: 'value', value: text === 'True' };
    if (text === 'None') return { kind: 'value', value: null };
    if (text === 'inf') return { kind: 'value', value: Number.POSITIVE_INFINITY };
    return this.take('(') ? { kind: 'call', name: text, args: this.list(')') } : { kind: 'name', name: text };
  }
}

/** The tree of an expression. Throws a SyntaxFault with words for the user. */
export const parse = (source: string): Node => new Parser(source).whole();

/** Every node of a tree, itself first. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesOf(child);
}

function childrenOf(node: Node): Node[] {
  switch (node.kind) {
    case 'attribute':
    case 'unary':
      return [node.of];
    case 'item':
      return [node.of, ...node.index];
    case 'call':
      return node.args;
    case 'binary':
      return [node.left, node.right];
    case 'compare':
      return [node.first, ...node.rest.map((r) => r.node)];
    case 'and':
    case 'or':
      return node.items;
    default:
      return [];
  }
}

/** Wraps an operand that would read differently without brackets. */
const inner = (node: Node, put: (name: string) => string): string => {
  const text = textOf(node, put);
  const plain = node.kind === 'unary' && node.of.kind === 'value';
  return !plain && ['binary', 'compare', 'and', 'or', 'unary'].includes(node.kind) ? `(${text})` : text;
};

/** The expression as text again, with names put in: `norm(linear1.weight.grad) > 100`. */
export function textOf(node: Node, put: (name: string) => string = (name) => name): string {
  const list = (items: Node[]) => items.map((n) => textOf(n, put)).join(', ');
  switch (node.kind) {
    case 'value':
      return node.value === null
        ? 'None'
        : typeof node.value === 'boolean'
          ? node.value
            ? 'True'
            : 'False'
          : typeof node.value === 'number' && Number.isFinite(node.value)
            ? String(node.value).replace('e+', 'e')
            : typeof node.value === 'number'
              ? 'inf'
              : `'${node.value}'`;
    case 'name':
      return put(node.name);
    case 'attribute':
      return `${inner(node.of, put)}.${node.name}`;
    case 'item':
      return `${inner(node.of, put)}[${list(node.index)}]`;
    case 'call':
      return `${node.name}(${list(node.args)})`;
    case 'unary':
      return `${node.op}${node.op === 'not' ? ' ' : ''}${inner(node.of, put)}`;
    case 'binary':
      return `${inner(node.left, put)} ${node.op} ${inner(node.right, put)}`;
    case 'compare':
      return [textOf(node.first, put), ...node.rest.map((r) => `${r.op} ${inner(r.node, put)}`)].join(' ');
    default:
      return node.items.map((n) => inner(n, put)).join(` ${node.kind} `);
  }
}
