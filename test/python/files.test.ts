/** torch.save and torch.load against real PyTorch: files that it wrote (test/golden/files.py), and files that it reads. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Interpreter, startInterpreter } from './interpreter';

const golden = join(import.meta.dirname, '../golden');
const files = join(golden, 'files');
const text = (name: string) => readFileSync(join(files, name), 'utf8');

let interpreter: Interpreter;
let statements: (source: string) => [string, string][];
beforeAll(async () => {
  interpreter = await startInterpreter();
  const { FS, globals, runPython } = interpreter.python;
  FS.writeFile('/lib/backstep/statements.py', readFileSync(join(golden, 'statements.py')));
  FS.mkdirTree('/files');
  for (const name of readdirSync(files).filter((n) => /\.(pt|safetensors)$/.test(n)))
    FS.writeFile(`/files/${name}`, readFileSync(join(files, name)));
  runPython("import os, json, statements; os.chdir('/files')");
  statements = (source) => {
    globals.set('source', source);
    return JSON.parse(runPython('json.dumps(statements.run(source))'));
  };
});

describe('files that PyTorch wrote say what they say there', () => {
  const expected = JSON.parse(text('reading.json')) as [string, string][];
  let found: [string, string][];
  beforeAll(() => {
    found = statements(text('reading.py'));
  });
  test.each(expected.map(([statement, answer], i) => ({ statement, answer, i })))('$statement', ({ answer, i }) => {
    expect(found[i][1]).toBe(answer);
  });
});

/** Runs Python with PyTorch in a folder; null where there is none. */
async function pytorch(folder: string): Promise<[string, string][] | null> {
  const run = promisify(execFile);
  const python = (code: string) => run('python3', ['-c', code], { cwd: folder });
  if (!(await python('import torch').catch(() => null))) return null;
  const code = `import json, sys; sys.path.insert(0, ${JSON.stringify(golden)}); import statements; print(json.dumps(statements.run(open('written.py').read())))`;
  return JSON.parse((await python(code)).stdout);
}

test('PyTorch reads the files that we write', async () => {
  const raised = statements(text('writing.py')).filter(([, answer]) => answer !== '' && !answer.startsWith('<torch'));
  expect(raised).toEqual([]);
  const { FS } = interpreter.python;
  const folder = mkdtempSync(join(tmpdir(), 'backstep-files-'));
  try {
    writeFileSync(join(folder, 'written.py'), text('written.py'));
    for (const name of FS.readdir('/files').filter((n: string) => n.startsWith('our_')))
      writeFileSync(join(folder, name), FS.readFile(`/files/${name}`));
    const expected = await pytorch(folder);
    if (!expected) return console.log('not run: python3 has no torch here');
    expect(statements(text('written.py'))).toEqual(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
