/** The p-norm of the difference of two rows, and its derivative. Source: torch.cdist's documentation, ATen's DistanceOpsKernel. */

/** Rows are given by where they begin; both have m elements. */
export interface Distance {
  value(a: Float64Array, i: number, b: Float64Array, j: number, m: number): number;
  /** Adds d distance / d a · dy to dx, at the place of a's row; y is the distance. */
  slope(
    a: Float64Array,
    i: number,
    b: Float64Array,
    j: number,
    m: number,
    dy: number,
    y: number,
    dx: Float64Array,
  ): void;
}

/** `single`: the distances were rounded to float32. */
export function distanceOf(p: number, single = false): Distance {
  if (p === 2) return euclidean;
  const infinite = p === Number.POSITIVE_INFINITY;
  return {
    value(a, i, b, j, m) {
      let s = 0;
      for (let k = 0; k < m; k++) {
        const d = Math.abs(a[i + k] - b[j + k]);
        if (infinite) s = d > s || Number.isNaN(d) ? d : s;
        else s += p === 0 ? Number(d !== 0) : p === 1 ? d : d ** p;
      }
      return infinite || p === 0 || p === 1 ? s : s ** (1 / p);
    },
    slope(a, i, b, j, m, dy, y, dx) {
      // A distance of 0 has the gradient 0, and so has one of p = 0.
      if (p === 0 || (p !== 1 && y === 0)) return;
      for (let k = 0; k < m; k++) {
        const d = a[i + k] - b[j + k];
        const size = Math.abs(d);
        if (infinite) dx[i + k] += (single ? Math.fround(size) : size) === y ? Math.sign(d) * dy : 0;
        else if (p === 1) dx[i + k] += Math.sign(d) * dy;
        else if (d !== 0) dx[i + k] += Math.sign(d) * dy * (size / y) ** (p - 1);
      }
    },
  };
}

const euclidean: Distance = {
  value(a, i, b, j, m) {
    let s = 0;
    for (let k = 0; k < m; k++) {
      const d = a[i + k] - b[j + k];
      s += d * d;
    }
    return Math.sqrt(s);
  },
  slope(a, i, b, j, m, dy, y, dx) {
    if (y === 0) return;
    for (let k = 0; k < m; k++) dx[i + k] += ((a[i + k] - b[j + k]) / y) * dy;
  },
};
