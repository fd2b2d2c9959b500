/** Matrix product in plain TypeScript: the reference. Sums are kept in float64. */
import type { Data } from '../dtype';

type Floats = Float32Array | Float64Array;

/**
 * c[m, n] = a[m, k] · b[k, n]; a row-major, b by columns (`bt` is its transpose, row-major: what `x.t()` of a contiguous x is). Two rows by
 * four columns at a time, so that the eight sums live in registers.
 */
export function matmul(a: Floats, bt: Floats, c: Floats, m: number, k: number, n: number): void {
  let i = 0;
  for (; i + 1 < m; i += 2) {
    const a0 = i * k;
    const a1 = a0 + k;
    let j = 0;
    for (; j + 3 < n; j += 4) {
      const b0 = j * k;
      const b1 = b0 + k;
      const b2 = b1 + k;
      const b3 = b2 + k;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let p = 0; p < k; p++) {
        const x = a[a0 + p];
        const y = a[a1 + p];
        const w0 = bt[b0 + p];
        const w1 = bt[b1 + p];
        const w2 = bt[b2 + p];
        const w3 = bt[b3 + p];
        s00 += x * w0;
        s01 += x * w1;
        s02 += x * w2;
        s03 += x * w3;
        s10 += y * w0;
        s11 += y * w1;
        s12 += y * w2;
        s13 += y * w3;
      }
      const o = i * n + j;
      c[o] = s00;
      c[o + 1] = s01;
      c[o + 2] = s02;
      c[o + 3] = s03;
      c[o + n] = s10;
      c[o + n + 1] = s11;
      c[o + n + 2] = s12;
      c[o + n + 3] = s13;
    }
    for (; j < n; j++) {
      c[i * n + j] = dot(a, a0, bt, j * k, k);
      c[(i + 1) * n + j] = dot(a, a1, bt, j * k, k);
    }
  }
  for (; i < m; i++) for (let j = 0; j < n; j++) c[i * n + j] = dot(a, i * k, bt, j * k, k);
}

function dot(a: Floats, at: number, b: Floats, bt: number, k: number): number {
  let s = 0;
  for (let p = 0; p < k; p++) s += a[at + p] * b[bt + p];
  return s;
}

/** The same for integers: int64 exactly, the others modulo their size. */
export function matmulIntegers(a: Data, bt: Data, c: Data, m: number, k: number, n: number): void {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      if (c instanceof BigInt64Array) {
        let s = 0n;
        for (let p = 0; p < k; p++) s += (a[i * k + p] as bigint) * (bt[j * k + p] as bigint);
        c[i * n + j] = BigInt.asIntN(64, s);
      } else {
        let s = 0;
        for (let p = 0; p < k; p++) s += (a[i * k + p] as number) * (bt[j * k + p] as number);
        c[i * n + j] = s;
      }
}
