/**
 * A client that no one here wrote: neovim with nvim-dap. Runs where both are there: `apt-get install neovim`, a checkout of
 * https://github.com/mfussenegger/nvim-dap (tag 0.7.0 for neovim 0.7), and NVIM_DAP=its folder.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { built, fixture } from './client';

function missing(): string | null {
  if (!built) return 'dist/ is not built';
  const { NVIM_DAP } = process.env;
  if (!NVIM_DAP) return 'NVIM_DAP does not name a checkout of nvim-dap';
  if (!existsSync(join(NVIM_DAP, 'lua/dap.lua'))) return `${NVIM_DAP} is no checkout of nvim-dap`;
  try {
    execFileSync('nvim', ['--version']);
  } catch {
    return 'nvim is not installed';
  }
  return null;
}

const why = missing();
if (why) console.log(`The session with neovim is skipped: ${why}.`);

test.skipIf(why !== null)(
  'neovim launches, stops, steps both ways, looks at values and goes where it wants',
  async () => {
    const home = await mkdtemp(join(tmpdir(), 'backstep-'));
    const args = [
      '--headless',
      '-u',
      'NONE',
      '-i',
      'NONE',
      '-n',
      '-c',
      `luafile ${join(import.meta.dirname, 'neovim.lua')}`,
    ];
    const env = {
      ...process.env,
      HOME: home,
      NODE: process.execPath,
      BACKSTEP: join(import.meta.dirname, '../../dist/cli.js'),
      SCRIPT: fixture('train.py'),
    };
    const { code, said } = await new Promise<{ code: number; said: string }>((done) => {
      execFile('nvim', args, { env }, (error, stdout, stderr) =>
        done({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
      );
    });
    await rm(home, { recursive: true });
    expect(said).not.toContain('FAILED');
    expect(said.match(/^ok /gm)).toHaveLength(16);
    expect(code).toBe(0);
  },
  180_000,
);
