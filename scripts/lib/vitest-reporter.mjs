// Tells `npm test` how many tests passed, failed and were skipped, and the user why one was skipped.
import { writeFileSync } from 'node:fs';

export default class CountingReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, failedFiles: [] };
    for (const module of modules) {
      let failures = 0;
      let passedHere = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') {
          count.passed++;
          passedHere++;
        }
        if (result.state === 'failed') failures++;
        if (result.state === 'skipped') {
          count.skipped++;
          console.log(`  - ${test.fullName}: skipped, ${result.note ?? 'marked so in its source'}`);
        }
      }
      // A file that does not load, or a hook that throws, fails without any test of its own.
      count.failed += failures || (module.ok() ? 0 : 1);
      if (!module.ok()) count.failedFiles.push({ path: module.moduleId, passed: passedHere, failed: failures || 1 });
    }
    if (process.env.BACKSTEP_TEST_COUNT) writeFileSync(process.env.BACKSTEP_TEST_COUNT, JSON.stringify(count));
  }
}
