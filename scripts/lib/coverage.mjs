/** The text of COVERAGE.md, from what torch._coverage.report() found. */

const list = (names) => (names.length ? names.map((name) => `\`${name}\``).join(' ') : 'nothing');

export function coveragePage(found) {
  const spaces = Object.entries(found);
  const rows = spaces.map(([space, { done, missing }]) => {
    const all = done.length + missing.length;
    return `| [${space}](#${space.replaceAll('.', '').toLowerCase()}) | ${done.length} | ${all} | ${Math.round((100 * done.length) / Math.max(all, 1))} % |`;
  });
  const sections = spaces.map(
    ([space, { done, missing }]) => `## ${space}\n\n**There:** ${list(done)}\n\n**Not yet:** ${list(missing)}\n`,
  );
  return `# What of PyTorch is in Backstep

Written by \`npm run coverage-page\` from the code; do not edit. Names are those that PyTorch 2.13 documents. A name that is there does
what PyTorch's does on a CPU, for the dtypes bool, uint8, int8, int16, int32, int64, float32 and float64. A name that is not raises
"… is not in Backstep yet", with the line of the script.

| namespace | there | of | |
|---|---|---|---|
${rows.join('\n')}

${sections.join('\n')}`;
}
