/** What is seen of a line: a progress bar goes back to its beginning, and writes over it. A last way back stays, for what comes next. */
export function overwritten(text: string): string {
  const back = text.endsWith('\r') ? '\r' : '';
  const line = text.replace(/\r+$/, '');
  return line.slice(line.lastIndexOf('\r') + 1) + back;
}
