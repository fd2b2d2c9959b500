/** REPORT.md: what the judge found, op by op. */
import { all, KINDS, type OpResult, total } from './results';

const fraction = (c?: { passed: number; all: number }) => (c ? `${c.passed}/${c.all}` : '');

export function reportPage(results: readonly OpResult[]): string {
  const there = results.filter((r) => !r.missing);
  const rows = [...there].sort((a, b) => Number(all(a)) - Number(all(b)));
  const mark = (r: OpResult) => (r.crash ? 'ended early' : all(r) ? '' : '✗');
  const cells = (name: string, pick: (k: string) => string, samples: string, note: string) =>
    `| ${[name, samples, ...KINDS.map(pick), note].join(' | ')} |`;
  return `${[
    '# Our torch before PyTorch’s operator database',
    '',
    '`npm run judge` writes this page. Samples: those all of whose checks pass, of samples in all. Ops that differ stand first.',
    '',
    `${results.length} ops and modules in the database. There: ${there.length}, of which ${there.filter(all).length} answer as PyTorch in everything. ` +
      `Not there: ${results.length - there.length}.`,
    '',
    cells('op', (k) => k, 'samples', ''),
    cells('---', () => '---', '---', '---'),
    cells(
      '**all that are there**',
      (k) => fraction(total(there, (r) => r.kinds[k])),
      fraction(total(there, (r) => r.samples)),
      '',
    ),
    ...rows.map((r) => cells(r.op, (k) => fraction(r.kinds[k]), fraction(r.samples), mark(r))),
    '',
    '## Not there',
    '',
    results
      .filter((r) => r.missing)
      .map((r) => r.op)
      .join(', '),
    '',
    '## Not judged',
    '',
    'Cases of the database that cannot be put to another torch as they stand, and CUDA’s jiterator ops.',
    '',
    ...results.flatMap((r) => Object.entries(r.unwritable).map(([why, n]) => `- ${r.op}: ${n} with ${why}`)),
  ].join('\n')}\n`;
}
