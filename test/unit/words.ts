/** What a file of ours says, read from its syntax: the English that is handed to `t`, and English that is not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';

export interface Said {
  /** `path:line` */
  at: string;
  text: string;
}

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

const isNode = (v: unknown): v is Node => typeof v === 'object' && v !== null && typeof (v as Node).type === 'string';

/** A text as it stands in the source, `{}` for each value in it. */
function textIn(node: Node): string | null {
  if (node.type === 'TemplateLiteral')
    return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join('{}');
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
}

/** All TypeScript files of some rooms, but those that a part of their path excludes. */
export function filesOf(rooms: readonly string[], without: readonly string[] = []): string[] {
  return rooms
    .flatMap((room) => readdirSync(room, { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)))
    .filter((path) => path.endsWith('.ts') && !without.some((part) => path.includes(part)))
    .sort();
}

/** Calls of these take a key, and after it values; `plural` takes two keys after the count. */
const KEYS = new Map<string, readonly [number, number]>([
  ['t', [0, 1]],
  ['vscode.l10n.t', [0, 1]],
  ['plural', [1, 3]],
]);

export function readSource(path: string): { keys: string[]; unsaid: Said[]; madeUp: Said[] } {
  const source = readFileSync(path, 'utf8');
  const keys: string[] = [];
  const unsaid: Said[] = [];
  const madeUp: Said[] = [];
  const textOf = (node: unknown): string => (isNode(node) ? source.slice(node.start, node.end) : '');
  const said = (node: Node, text: string): Said => ({
    at: `${path}:${source.slice(0, node.start).split('\n').length}`,
    text,
  });

  /** `shown`: is what stands here put before the user as it is? */
  const walk = (node: unknown, shown: boolean): void => {
    if (Array.isArray(node)) for (const one of node) walk(one, shown);
    if (!isNode(node)) return;
    const { type } = node;
    // Types say nothing; but `x as T` and `x!` hold an expression.
    if (type === 'ImportDeclaration' || (type.startsWith('TS') && !('expression' in node) && !('parameter' in node)))
      return;
    const text = textIn(node);
    if (text !== null && (PROSE.test(text) || (shown && /\p{L}{2}/u.test(text)))) unsaid.push(said(node, text));
    for (const [inner, isShown] of inside(node, shown)) walk(inner, isShown);
  };

  /** What stands in a node, and whether it is put before the user. */
  const inside = (node: Node, shown: boolean): [unknown, boolean][] => {
    switch (node.type) {
      case 'CallExpression':
      case 'NewExpression':
        return call(node);
      case 'Property': {
        const name = textOf(node.key).replaceAll("'", '');
        const key: [unknown, boolean] = [node.computed ? node.key : null, false];
        return NO_TEXT.test(name) ? [key] : [key, [node.value, SHOWN.test(name)]];
      }
      case 'AssignmentExpression':
        return [
          [node.left, false],
          [node.right, /\.(textContent|title|placeholder|ariaLabel|tooltip)$/.test(textOf(node.left))],
        ];
      // Compared, or chosen by: no text for a user.
      case 'BinaryExpression': {
        const compared = /==|in/.test(node.operator as string);
        return [node.left, node.right]
          .filter((side) => !compared || !isNode(side) || side.type !== 'Literal')
          .map((side) => [side, false]);
      }
      case 'SwitchCase':
        return [[node.consequent, false]];
      case 'ConditionalExpression':
        return [
          [node.test, false],
          [node.consequent, shown],
          [node.alternate, shown],
        ];
      default:
        return Object.values(node).map((inner) => [inner, false]);
    }
  };

  const call = (node: Node): [unknown, boolean][] => {
    const name = textOf(node.callee);
    if (QUIET.test(name)) return [];
    const args = node.arguments as Node[];
    const [first, end] = KEYS.get(name) ?? [0, 0];
    const others = args.flatMap((arg, i): [unknown, boolean][] => {
      const text = i >= first && i < end ? textIn(arg) : null;
      if (text === null) return [[arg, (SINKS.get(name.replace(/^(this|s|surface)\./, '')) ?? none)(i)]];
      // A text put together at run time is no key.
      if (arg.type === 'TemplateLiteral') madeUp.push(said(arg, text));
      else keys.push(text);
      return [];
    });
    return [[node.callee, false], ...others];
  };

  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  walk(program, false);
  return { keys, unsaid, madeUp };
}

/** Two words in a row, a word with a value beside it, or a capitalised word. */
const PROSE = /\p{L}{2,}[,:;.]? (\p{Ll}{2,}|\{\}|“|\[)|\{\}[,:;.]? \p{Ll}{2,}|^[ ;,…]*\p{Lu}\p{Ll}+|^, \p{Ll}+ /u;

/** Attributes of an element, fields of a message, that no user reads. */
const NO_TEXT = /^(class|id|data-.*|role|d|transform|viewBox|points|style|for|event|presentation)$/;
const SHOWN = /^(title|aria-label|placeholder|alt|aria-valuetext|aria-roledescription)$/;

/** Calls of which nothing is put before a user. */
const QUIET =
  /^(console\.\w+|log\.(info|error|show)|css|vscode\.Uri\.\w+|document\.querySelector\w*|.*\.(matches|closest|querySelector\w*|dispatchEvent))$/;

const none = (): boolean => false;
/** Calls of which some arguments are put before the user as they are. */
const SINKS = new Map<string, (argument: number) => boolean>([
  ['el', (i) => i >= 2],
  ['svg', (i) => i >= 2],
  ['button', (i) => i === 0 || i >= 3],
  ['setText', (i) => i === 1],
  ['fillText', (i) => i === 0],
  ['text', (i) => i === 2],
]);
