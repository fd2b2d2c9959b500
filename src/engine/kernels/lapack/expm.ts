/** The exponential of a matrix by scaling and squaring (Higham 2005), on Taylor's series. */

/** exp of a (n×n, by columns or by rows alike). */
export function expm(a: Float64Array, n: number): Float64Array {
  let norm = 0;
  for (let j = 0; j < n; j++) {
    let s = 0;
    for (let i = 0; i < n; i++) s += Math.abs(a[j * n + i]);
    norm = Math.max(norm, s);
  }
  if (!Number.isFinite(norm)) return new Float64Array(n * n).fill(Number.NaN);
  // So small that few terms are enough; undone by squaring.
  const halvings = Math.max(0, Math.ceil(Math.log2(norm)) + 2);
  const x = a.map((v) => v / 2 ** halvings);
  let term = new Float64Array(n * n);
  for (let i = 0; i < n; i++) term[i * (n + 1)] = 1;
  let sum = term.slice();
  for (let k = 1; k <= 16; k++) {
    term = product(term, x, n);
    for (let i = 0; i < term.length; i++) {
      term[i] /= k;
      sum[i] += term[i];
    }
  }
  for (let k = 0; k < halvings; k++) sum = product(sum, sum, n);
  return sum;
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(n * n);
  for (let j = 0; j < n; j++)
    for (let k = 0; k < n; k++) {
      const v = b[j * n + k];
      for (let i = 0; i < n; i++) c[j * n + i] += a[k * n + i] * v;
    }
  return c;
}
