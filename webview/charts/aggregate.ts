/** Many points on few pixels: per pixel the least, the greatest and the last value, so that no spike is lost. */

export interface Bucket {
  x: number;
  min: number;
  max: number;
  last: number;
}

/** `xs` ascending, in pixels. Points without a finite value are left out. */
export function aggregate(count: number, xOf: (i: number) => number, numberOf: (i: number) => number | null): Bucket[] {
  const buckets: Bucket[] = [];
  let open: Bucket | null = null;
  for (let i = 0; i < count; i++) {
    const value = numberOf(i);
    if (value === null || !Number.isFinite(value)) continue;
    const exact = xOf(i);
    const x = Math.round(exact);
    if (open && Math.round(open.x) === x) {
      if (value < open.min) open.min = value;
      if (value > open.max) open.max = value;
      open.last = value;
    } else {
      open = { x: exact, min: value, max: value, last: value };
      buckets.push(open);
    }
  }
  return buckets;
}

/** Least and greatest of what is finite, a little apart where all is equal. */
export function extent(buckets: Bucket[]): [number, number] | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const bucket of buckets) {
    if (bucket.min < min) min = bucket.min;
    if (bucket.max > max) max = bucket.max;
  }
  if (min > max) return null;
  if (min === max) {
    const room = Math.abs(min) * 0.05 || 1;
    return [min - room, max + room];
  }
  return [min, max];
}
