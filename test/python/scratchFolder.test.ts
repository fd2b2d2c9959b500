/** With a scratch folder, a script sees its writes, renames and deletions, and its own folder stays as it is. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const home = mkdtempSync(join(tmpdir(), 'backstep-scratch-'));
afterAll(() => rmSync(home, { recursive: true }));

const SCRIPT = `
import os, shutil
open('new.txt', 'w').write('new')
with open('data.txt', 'a') as f: f.write(' more')
with open('over.txt', 'w') as f: f.write('short')
os.makedirs('out/deep'); open('out/deep/a.txt', 'w').write('a')
os.remove('old.txt'); os.rename('name.txt', 'sub/other.txt'); os.rename('sub/inner.txt', 'out/inner.txt')
shutil.rmtree('whole')
print(sorted(os.listdir()), sorted(os.listdir('sub')), sorted(os.listdir('out')))
print(open('data.txt').read(), open('over.txt').read(), open('sub/other.txt').read(), open('out/inner.txt').read(), os.path.exists('old.txt'))
open('old.txt', 'w').write('again'); os.mkdir('whole'); print(open('old.txt').read(), os.listdir('whole'))
try: os.remove('never.txt')
except FileNotFoundError: print('not there')
`;

const tree = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );

test.skipIf(!existsSync(cli))('what a script writes lands in the scratch folder', () => {
  const [work, scratch] = [join(home, 'work'), join(home, 'scratch')];
  for (const folder of ['', 'sub', 'whole/in']) mkdirSync(join(work, folder), { recursive: true });
  for (const name of ['data', 'over', 'old', 'name', 'sub/inner', 'whole/in/side'])
    writeFileSync(join(work, `${name}.txt`), `${name} content`);
  writeFileSync(join(work, 'script.py'), SCRIPT);
  const before = tree(work);
  const printed = execFileSync(process.execPath, [
    cli,
    'run',
    '--scratch',
    scratch,
    join(work, 'script.py'),
  ]).toString();
  expect(printed.split('\n')).toEqual([
    "['data.txt', 'new.txt', 'out', 'over.txt', 'script.py', 'sub'] ['other.txt'] ['deep', 'inner.txt']",
    'data content more short name content sub/inner content False',
    'again []',
    'not there',
    '',
  ]);
  expect(tree(work)).toEqual(before);
  expect(tree(scratch)).toMatchObject({
    'new.txt': 'new',
    'data.txt': 'data content more',
    'over.txt': 'short',
    'old.txt': 'again',
    'sub/other.txt': 'name content',
    'out/inner.txt': 'sub/inner content',
    'out/deep/a.txt': 'a',
  });
});
