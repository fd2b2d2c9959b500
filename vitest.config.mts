import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { kernelsForVite } from './scripts/lib/kernels.mjs';

/** Folders whose tests take longest, first: a core that has nothing left to do at the end is lost. */
const LONG = ['test/dap/', 'test/python/', 'test/webview/'];
const rank = ({ moduleId }: TestSpecification) => LONG.findIndex((folder) => moduleId.includes(folder)) >>> 0;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  plugins: [kernelsForVite],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/vscode/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongFirst },
  },
});
