import { defineConfig } from 'vitest/config';

// One VS Code at a time: two would fight for two cores and make every wait a guess.
export default defineConfig({
  test: {
    include: ['test/vscode/ui/*.test.ts'],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 90_000,
    retry: 0,
  },
});
