/** Keys in the notation of the platform that shows them, as VS Code writes them in its menus. */

const MAC = /^(Mac|iP)/.test(globalThis.navigator?.platform ?? '');
/** VS Code's order. `Mod` is Ctrl, and Command on a Mac. */
const SIGNS: readonly [string, string, string][] = [
  ['Shift', '⇧', 'Shift'],
  ['Alt', '⌥', 'Alt'],
  ['Mod', '⌘', 'Ctrl'],
];

/** `Shift+Alt+F11` as it is, or `⇧⌥F11`; `Mod+F` is `Ctrl+F`, or `⌘F`. */
export function keyText(keys: string, mac = MAC): string {
  const parts = keys.split('+');
  const last = parts.pop()!;
  const signs = SIGNS.filter(([name]) => parts.includes(name));
  return mac
    ? signs.map(([, sign]) => sign).join('') + last
    : [...signs.map(([, , word]) => word).sort((a, b) => Number(b === 'Ctrl') - Number(a === 'Ctrl')), last].join('+');
}

/** An arrow with which an iteration is stepped over: a Mac keeps Control with an arrow to itself. */
export const iterationKey = (arrow: string): string => keyText(`${MAC ? 'Alt' : 'Mod'}+${arrow}`);
