// Runs inside the extension host: VS Code calls `run`. Results go, one JSON object a line, to the file that
// BACKSTEP_TEST_EVENTS names, because the console of an extension host reaches nobody in every setup.
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

type Event =
  | { kind: 'pass' | 'fail' | 'skip'; title: string; ms?: number; error?: string; reason?: string }
  | { kind: 'end' };

function report(event: Event): void {
  appendFileSync(process.env.BACKSTEP_TEST_EVENTS!, `${JSON.stringify(event)}\n`);
}

/** Skips the running test and says why. */
export function skip(context: Mocha.Context, reason: string): never {
  Object.assign(context.test ?? {}, { skipReason: reason });
  return context.skip();
}

class Reporter {
  constructor(runner: Mocha.Runner) {
    runner.on('pass', (test) => report({ kind: 'pass', title: test.fullTitle(), ms: test.duration ?? 0 }));
    runner.on('fail', (test, error) => {
      report({ kind: 'fail', title: test.fullTitle(), error: error?.stack ?? String(error) });
    });
    runner.on('pending', (test) => {
      const { skipReason = 'marked as skipped in its source' } = test as Mocha.Test & { skipReason?: string };
      report({ kind: 'skip', title: test.fullTitle(), reason: skipReason });
    });
    runner.on('end', () => report({ kind: 'end' }));
  }
}

export function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: Reporter as unknown as Mocha.ReporterConstructor });
  if (process.env.BACKSTEP_TEST_GREP) mocha.grep(process.env.BACKSTEP_TEST_GREP);
  for (const file of readdirSync(__dirname).sort()) {
    if (file.endsWith('.test.js')) mocha.addFile(join(__dirname, file));
  }
  return new Promise((resolve, reject) => {
    mocha.run((failures) => (failures ? reject(new Error(`${failures} failed`)) : resolve()));
  });
}
