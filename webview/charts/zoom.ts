/** What of an axis is in sight. */

/** A domain made narrower or wider about a point, and moved; within the whole, and never narrower than `least`. Null for the whole. */
export function zoomed(
  [from, to]: readonly [number, number],
  whole: readonly [number, number],
  about: number,
  factor: number,
  moved = 0,
  least = 2,
): [number, number] | null {
  const wide = Math.min(whole[1] - whole[0], Math.max(least, (to - from) * factor));
  if (wide >= whole[1] - whole[0]) return null;
  const part = to > from ? (about - from) / (to - from) : 0.5;
  const start = Math.max(whole[0], Math.min(whole[1] - wide, about - part * wide + moved));
  return [start, start + wide];
}
