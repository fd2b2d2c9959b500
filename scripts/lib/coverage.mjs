/** The text of COVERAGE.md: what torch._coverage.report() found, what the judge's report says, and what the code itself refuses. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

const list = (names) => (names.length ? names.map((name) => `\`${name}\``).join(' ') : 'nothing');

/** { full name: [reasons] } of what differs in the judge's last whole run (test/judge/REPORT.md). */
function judged() {
  const found = new Map();
  for (const line of readFileSync(join(root, 'test/judge/REPORT.md'), 'utf8').split('\n')) {
    const cells = line.split('|').map((c) => c.trim());
    if (cells.at(-2) !== '✗' || cells[1].startsWith('**')) continue;
    const op = cells[1].split('@')[0];
    const kinds = ['samples', 'forward', 'backward', 'double backward', 'variants', 'non-contiguous', 'errors'];
    const differ = kinds
      .map((kind, i) => [kind, cells[2 + i]])
      .filter(([kind, cell]) => kind !== 'samples' && /^(\d+)\/(?!\1$)\d+$/.test(cell))
      .map(([kind, cell]) => `${kind} ${cell.replace('/', ' of ')}`);
    if (differ.length) found.set(op, `PyTorch's own samples: ${differ.join(', ')}`);
  }
  return found;
}

/** { full name: what of it is refused }, and what is refused under no such name: the messages of not_yet() and notYet() in the code. */
function refused() {
  const named = new Map();
  const general = new Set();
  for (const folder of ['src/engine', 'src/python/lib'])
    for (const file of readdirSync(join(root, folder), { recursive: true })) {
      if (!/\.(py|ts)$/.test(file)) continue;
      const text = readFileSync(join(root, folder, file), 'utf8');
      for (const [, , message] of text.matchAll(/\b(?:not_yet|notYet)\(\s*f?(['"`])((?:(?!\1).)*)\1/g)) {
        if (/^[${]|\$\{name\}$/.test(message)) continue;
        const name = /^torch\.[\w.]*\w/.exec(message)?.[0];
        const rest = name ? message.slice(name.length).replace(/^[:\s]+/, '') : '';
        if (name && rest && !/[{$]/.test(rest)) named.set(name, [...(named.get(name) ?? []), rest]);
        else if (!name && !/[{$]/.test(message)) general.add(message);
      }
    }
  return { named, general: [...general].sort() };
}

const OPS_IN = { 'torch.Tensor': '', torch: '', 'torch.nn': 'nn.', 'torch.nn.functional': 'nn.functional.' };
for (const space of ['linalg', 'special', 'fft']) OPS_IN[`torch.${space}`] = `${space}.`;

export function coveragePage(found) {
  const spaces = Object.entries(found);
  const differ = judged();
  const { named, general } = refused();
  const rows = spaces.map(([space, { done, missing }]) => {
    const all = done.length + missing.length;
    return `| [${space}](#${space.replaceAll('.', '').toLowerCase()}) | ${done.length} | ${all} | ${Math.round((100 * done.length) / Math.max(all, 1))} % |`;
  });
  const sections = spaces.map(([space, { done, missing }]) => {
    const partly = done.flatMap((name) => {
      const reasons = [
        ...(space in OPS_IN ? [differ.get(OPS_IN[space] + name)] : []),
        ...(named.get(`${space}.${name}`) ?? []).map((what) => `not yet: ${what}`),
      ].filter(Boolean);
      return reasons.length ? [`- \`${name}\`: ${reasons.join('; ')}`] : [];
    });
    const middle = partly.length ? `**Partly:**\n\n${partly.join('\n')}\n\n` : '';
    const whole = done.filter((name) => !partly.some((line) => line.startsWith(`- \`${name}\``)));
    return `## ${space}\n\n**There:** ${list(whole)}\n\n${middle}**Not yet:** ${list(missing)}\n`;
  });
  return `# What of PyTorch is in Backstep

Written by \`npm run coverage-page\` from the code; do not edit. Names are those that PyTorch 2.13 documents. A name that is there does
what PyTorch's does on a CPU, for the dtypes bool, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, and complex64 and
complex128 where complex numbers make sense. Partly: what of it differs in PyTorch's own operator database (test/judge/REPORT.md, float32 and
float64), or what of it is refused. A name that is not there raises "… is not in Backstep yet", with the line of the script.

| namespace | there | of | |
|---|---|---|---|
${rows.join('\n')}

Refused with such words wherever they are met: ${general.join('; ')}.

${sections.join('\n')}`;
}
