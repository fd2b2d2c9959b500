/** The house's arrows (ARCHITECTURE.md) are rules: this reads every import and fails where one is broken. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** room -> the rooms it may import from, and the packages (`node:` for Node's own modules). */
const RULES: Record<string, { rooms: string[]; packages: RegExp }> = {
  'src/engine': { rooms: [], packages: /^$/ },
  'src/protocol': { rooms: [], packages: /^$/ },
  'src/recorder': { rooms: ['src/engine', 'src/protocol'], packages: /^(node:|@msgpack\/msgpack$)/ },
  'src/python': {
    rooms: ['src/engine', 'src/recorder', 'src/protocol'],
    packages: /^(node:|pyodide$|@resvg\/resvg-wasm$)/,
  },
  'src/feed': { rooms: ['src/protocol'], packages: /^$/ },
  'src/export': { rooms: ['src/protocol'], packages: /^node:/ },
  'src/page': { rooms: ['src/engine', 'src/recorder', 'src/protocol', 'src/feed', 'webview'], packages: /^$/ },
  'src/debugger': { rooms: ['src/protocol'], packages: /^(node:|@vscode\/debugadapter|@vscode\/debugprotocol)/ },
  'src/extension': {
    rooms: ['src/debugger', 'src/python', 'src/protocol', 'src/feed', 'src/export'],
    packages: /^(node:|vscode$|@vscode\/debug)/,
  },
  'src/cli.ts': {
    rooms: ['src/debugger', 'src/python', 'src/protocol', 'src/shell'],
    packages: /^(node:|commander$|@vscode\/debugadapter)/,
  },
  'src/shell': { rooms: ['src/protocol', 'src/feed', 'src/export'], packages: /^(node:|commander$)/ },
  webview: { rooms: ['src/protocol'], packages: /^(d3|elkjs)/ },
};

function files(path: string): string[] {
  if (path.endsWith('/assembly')) return []; // another language's
  if (statSync(path).isFile()) return /\.[cm]?ts$/.test(path) ? [path] : [];
  return readdirSync(path).flatMap((name) => files(join(path, name)));
}

interface Import {
  from: string;
  specifier: string;
  /** Erased when compiled: it makes no cycle when the program runs. */
  typeOnly: boolean;
  /** The imported file, relative to the root; null for a package. */
  target: string | null;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const found: Import[] = [];
  for (const [, type, specifier] of source.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm,
  )) {
    const base = specifier.startsWith('.') ? resolve(dirname(file), specifier) : null;
    const target =
      base &&
      [base, `${base}.ts`, join(base, 'index.ts')].find((p) => statSync(p, { throwIfNoEntry: false })?.isFile());
    found.push({
      from: relative(ROOT, file),
      specifier,
      typeOnly: type !== undefined,
      target: target ? relative(ROOT, target) : null,
    });
  }
  return found;
}

const roomOf = (path: string) => Object.keys(RULES).find((room) => path === room || path.startsWith(`${room}/`));
const all = Object.keys(RULES)
  .filter((room) => statSync(join(ROOT, room), { throwIfNoEntry: false }))
  .flatMap((room) => files(join(ROOT, room)))
  .flatMap(importsOf);

test('there are imports to judge', () => {
  expect(all.length).toBeGreaterThan(100);
});

test.each(Object.keys(RULES))('%s imports only what the house allows', (room) => {
  const { rooms, packages } = RULES[room];
  const broken = all
    .filter((i) => roomOf(i.from) === room)
    .filter((i) => {
      if (i.target === null) return !i.specifier.startsWith('.') && !packages.test(i.specifier);
      const to = roomOf(i.target);
      if (i.target === 'package.json') return false;
      return to !== room && !(to && rooms.includes(to));
    })
    .map((i) => `${i.from} imports ${i.specifier}`);
  expect(broken).toEqual([]);
});

test('only src/extension imports vscode', () => {
  expect(all.filter((i) => i.specifier === 'vscode' && roomOf(i.from) !== 'src/extension')).toEqual([]);
});

test('no cycles of imports', () => {
  const edges = new Map<string, string[]>();
  for (const i of all) if (i.target && !i.typeOnly) edges.set(i.from, [...(edges.get(i.from) ?? []), i.target]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(' -> '));
    if (at >= 0 || done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});
