/**
 * The innermost loops of a matrix product: a tile of c over all of k.
 *
 * The runtime's compiler makes good code of them only while they are functions of their own (the module exports them, so that they are not
 * inlined) with few parameters; so what stays the same from tile to tile lies in globals. Each thread has its own.
 */
import { madd } from './lanes';

/** Bytes from one element of a row of `a` to the next. */
let aStep: usize = 0;
/** Bytes from the tile's first row of `a` to its others. */
let row1: usize = 0;
let row2: usize = 0;
let row3: usize = 0;
let row4: usize = 0;
let row5: usize = 0;
let row6: usize = 0;
let row7: usize = 0;
/** Bytes from one row of `b` to the next. */
let bStep: usize = 0;
/** Bytes from one row of `c` to the next. */
let cRow: usize = 0;

/** How `a` lies in memory. Rows that are not there show the last one again, so that nothing outside is read. */
export function rowsOfA(step: usize, row: usize, rows: i32): void {
  aStep = step;
  row1 = rows > 1 ? row : 0;
  row2 = rows > 2 ? 2 * row : row1;
  row3 = rows > 3 ? 3 * row : row2;
  row4 = rows > 4 ? 4 * row : row3;
  row5 = rows > 5 ? 5 * row : row4;
  row6 = rows > 6 ? 6 * row : row5;
  row7 = rows > 7 ? 7 * row : row6;
}

export function rowsOfB(step: usize): void {
  bStep = step;
}

export function rowsOfC(row: usize): void {
  cRow = row;
}

/**
 * Six rows by two vectors of columns: c = a · b, and what lies at `plus` added where that is not 0 (its rows `plusRow` bytes apart: 0 for
 * a bias, c's own for a product that goes on). Twelve sums keep both multipliers busy; without a fused multiply-add there are too few
 * registers for them.
 */
function tall<T>(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  const step = aStep;
  const next = bStep;
  const r1 = row1;
  const r2 = row2;
  const r3 = row3;
  const r4 = row4;
  const r5 = row5;
  let c00 = v128.splat<T>(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  let c50 = c00;
  let c51 = c00;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<T>(a);
    c00 = madd<T>(a0, b0, c00);
    c01 = madd<T>(a0, b1, c01);
    const a1 = v128.load_splat<T>(a + r1);
    c10 = madd<T>(a1, b0, c10);
    c11 = madd<T>(a1, b1, c11);
    const a2 = v128.load_splat<T>(a + r2);
    c20 = madd<T>(a2, b0, c20);
    c21 = madd<T>(a2, b1, c21);
    const a3 = v128.load_splat<T>(a + r3);
    c30 = madd<T>(a3, b0, c30);
    c31 = madd<T>(a3, b1, c31);
    const a4 = v128.load_splat<T>(a + r4);
    c40 = madd<T>(a4, b0, c40);
    c41 = madd<T>(a4, b1, c41);
    const a5 = v128.load_splat<T>(a + r5);
    c50 = madd<T>(a5, b0, c50);
    c51 = madd<T>(a5, b1, c51);
    a += step;
    b += next;
  } while (--k);
  if (plus) {
    c00 = v128.add<T>(c00, v128.load(plus));
    c01 = v128.add<T>(c01, v128.load(plus, 16));
    plus += plusRow;
    c10 = v128.add<T>(c10, v128.load(plus));
    c11 = v128.add<T>(c11, v128.load(plus, 16));
    plus += plusRow;
    c20 = v128.add<T>(c20, v128.load(plus));
    c21 = v128.add<T>(c21, v128.load(plus, 16));
    plus += plusRow;
    c30 = v128.add<T>(c30, v128.load(plus));
    c31 = v128.add<T>(c31, v128.load(plus, 16));
    plus += plusRow;
    c40 = v128.add<T>(c40, v128.load(plus));
    c41 = v128.add<T>(c41, v128.load(plus, 16));
    plus += plusRow;
    c50 = v128.add<T>(c50, v128.load(plus));
    c51 = v128.add<T>(c51, v128.load(plus, 16));
  }
  const down = cRow;
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += down;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += down;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += down;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  c += down;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  c += down;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}

/** Four rows by two vectors of columns. */
function wide<T>(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  const step = aStep;
  const next = bStep;
  const r1 = row1;
  const r2 = row2;
  const r3 = row3;
  let c00 = v128.splat<T>(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<T>(a);
    c00 = madd<T>(a0, b0, c00);
    c01 = madd<T>(a0, b1, c01);
    const a1 = v128.load_splat<T>(a + r1);
    c10 = madd<T>(a1, b0, c10);
    c11 = madd<T>(a1, b1, c11);
    const a2 = v128.load_splat<T>(a + r2);
    c20 = madd<T>(a2, b0, c20);
    c21 = madd<T>(a2, b1, c21);
    const a3 = v128.load_splat<T>(a + r3);
    c30 = madd<T>(a3, b0, c30);
    c31 = madd<T>(a3, b1, c31);
    a += step;
    b += next;
  } while (--k);
  if (plus) {
    c00 = v128.add<T>(c00, v128.load(plus));
    c01 = v128.add<T>(c01, v128.load(plus, 16));
    plus += plusRow;
    c10 = v128.add<T>(c10, v128.load(plus));
    c11 = v128.add<T>(c11, v128.load(plus, 16));
    plus += plusRow;
    c20 = v128.add<T>(c20, v128.load(plus));
    c21 = v128.add<T>(c21, v128.load(plus, 16));
    plus += plusRow;
    c30 = v128.add<T>(c30, v128.load(plus));
    c31 = v128.add<T>(c31, v128.load(plus, 16));
  }
  const down = cRow;
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += down;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += down;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += down;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

/** Eight rows by one vector of columns. */
function narrow<T>(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  const step = aStep;
  const next = bStep;
  let c0 = v128.splat<T>(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  const r1 = row1;
  const r2 = row2;
  const r3 = row3;
  const r4 = row4;
  const r5 = row5;
  const r6 = row6;
  const r7 = row7;
  do {
    const x = v128.load(b);
    c0 = madd<T>(v128.load_splat<T>(a), x, c0);
    c1 = madd<T>(v128.load_splat<T>(a + r1), x, c1);
    c2 = madd<T>(v128.load_splat<T>(a + r2), x, c2);
    c3 = madd<T>(v128.load_splat<T>(a + r3), x, c3);
    c4 = madd<T>(v128.load_splat<T>(a + r4), x, c4);
    c5 = madd<T>(v128.load_splat<T>(a + r5), x, c5);
    c6 = madd<T>(v128.load_splat<T>(a + r6), x, c6);
    c7 = madd<T>(v128.load_splat<T>(a + r7), x, c7);
    a += step;
    b += next;
  } while (--k);
  if (plus) {
    c0 = v128.add<T>(c0, v128.load(plus));
    c1 = v128.add<T>(c1, v128.load((plus += plusRow)));
    c2 = v128.add<T>(c2, v128.load((plus += plusRow)));
    c3 = v128.add<T>(c3, v128.load((plus += plusRow)));
    c4 = v128.add<T>(c4, v128.load((plus += plusRow)));
    c5 = v128.add<T>(c5, v128.load((plus += plusRow)));
    c6 = v128.add<T>(c6, v128.load((plus += plusRow)));
    c7 = v128.add<T>(c7, v128.load((plus += plusRow)));
  }
  const down = cRow;
  v128.store(c, c0);
  v128.store((c += down), c1);
  v128.store((c += down), c2);
  v128.store((c += down), c3);
  v128.store((c += down), c4);
  v128.store((c += down), c5);
  v128.store((c += down), c6);
  v128.store((c += down), c7);
}

/**
 * Six rows by four vectors of columns, for a runtime that computes with two vectors at once in registers of twice the width: there twelve sums
 * again, elsewhere far too many. The sums are those of `tall`, to the bit.
 */
function broad<T>(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  const step = aStep;
  const next = bStep;
  const r1 = row1;
  const r2 = row2;
  const r3 = row3;
  const r4 = row4;
  const r5 = row5;
  let c00 = v128.splat<T>(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  let c20 = c00;
  let c21 = c00;
  let c22 = c00;
  let c23 = c00;
  let c30 = c00;
  let c31 = c00;
  let c32 = c00;
  let c33 = c00;
  let c40 = c00;
  let c41 = c00;
  let c42 = c00;
  let c43 = c00;
  let c50 = c00;
  let c51 = c00;
  let c52 = c00;
  let c53 = c00;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const a0 = v128.load_splat<T>(a);
    c00 = madd<T>(a0, b0, c00);
    c01 = madd<T>(a0, b1, c01);
    c02 = madd<T>(a0, b2, c02);
    c03 = madd<T>(a0, b3, c03);
    const a1 = v128.load_splat<T>(a + r1);
    c10 = madd<T>(a1, b0, c10);
    c11 = madd<T>(a1, b1, c11);
    c12 = madd<T>(a1, b2, c12);
    c13 = madd<T>(a1, b3, c13);
    const a2 = v128.load_splat<T>(a + r2);
    c20 = madd<T>(a2, b0, c20);
    c21 = madd<T>(a2, b1, c21);
    c22 = madd<T>(a2, b2, c22);
    c23 = madd<T>(a2, b3, c23);
    const a3 = v128.load_splat<T>(a + r3);
    c30 = madd<T>(a3, b0, c30);
    c31 = madd<T>(a3, b1, c31);
    c32 = madd<T>(a3, b2, c32);
    c33 = madd<T>(a3, b3, c33);
    const a4 = v128.load_splat<T>(a + r4);
    c40 = madd<T>(a4, b0, c40);
    c41 = madd<T>(a4, b1, c41);
    c42 = madd<T>(a4, b2, c42);
    c43 = madd<T>(a4, b3, c43);
    const a5 = v128.load_splat<T>(a + r5);
    c50 = madd<T>(a5, b0, c50);
    c51 = madd<T>(a5, b1, c51);
    c52 = madd<T>(a5, b2, c52);
    c53 = madd<T>(a5, b3, c53);
    a += step;
    b += next;
  } while (--k);
  if (plus) {
    c00 = v128.add<T>(c00, v128.load(plus));
    c01 = v128.add<T>(c01, v128.load(plus, 16));
    c02 = v128.add<T>(c02, v128.load(plus, 32));
    c03 = v128.add<T>(c03, v128.load(plus, 48));
    plus += plusRow;
    c10 = v128.add<T>(c10, v128.load(plus));
    c11 = v128.add<T>(c11, v128.load(plus, 16));
    c12 = v128.add<T>(c12, v128.load(plus, 32));
    c13 = v128.add<T>(c13, v128.load(plus, 48));
    plus += plusRow;
    c20 = v128.add<T>(c20, v128.load(plus));
    c21 = v128.add<T>(c21, v128.load(plus, 16));
    c22 = v128.add<T>(c22, v128.load(plus, 32));
    c23 = v128.add<T>(c23, v128.load(plus, 48));
    plus += plusRow;
    c30 = v128.add<T>(c30, v128.load(plus));
    c31 = v128.add<T>(c31, v128.load(plus, 16));
    c32 = v128.add<T>(c32, v128.load(plus, 32));
    c33 = v128.add<T>(c33, v128.load(plus, 48));
    plus += plusRow;
    c40 = v128.add<T>(c40, v128.load(plus));
    c41 = v128.add<T>(c41, v128.load(plus, 16));
    c42 = v128.add<T>(c42, v128.load(plus, 32));
    c43 = v128.add<T>(c43, v128.load(plus, 48));
    plus += plusRow;
    c50 = v128.add<T>(c50, v128.load(plus));
    c51 = v128.add<T>(c51, v128.load(plus, 16));
    c52 = v128.add<T>(c52, v128.load(plus, 32));
    c53 = v128.add<T>(c53, v128.load(plus, 48));
  }
  const down = cRow;
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  c += down;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
  v128.store(c, c13, 48);
  c += down;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  v128.store(c, c22, 32);
  v128.store(c, c23, 48);
  c += down;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  v128.store(c, c32, 32);
  v128.store(c, c33, 48);
  c += down;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  v128.store(c, c42, 32);
  v128.store(c, c43, 48);
  c += down;
  v128.store(c, c50);
  v128.store(c, c51, 16);
  v128.store(c, c52, 32);
  v128.store(c, c53, 48);
}

/** Four rows by four vectors of columns. */
function broadLow<T>(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  const step = aStep;
  const next = bStep;
  const r1 = row1;
  const r2 = row2;
  const r3 = row3;
  let c00 = v128.splat<T>(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  let c20 = c00;
  let c21 = c00;
  let c22 = c00;
  let c23 = c00;
  let c30 = c00;
  let c31 = c00;
  let c32 = c00;
  let c33 = c00;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const a0 = v128.load_splat<T>(a);
    c00 = madd<T>(a0, b0, c00);
    c01 = madd<T>(a0, b1, c01);
    c02 = madd<T>(a0, b2, c02);
    c03 = madd<T>(a0, b3, c03);
    const a1 = v128.load_splat<T>(a + r1);
    c10 = madd<T>(a1, b0, c10);
    c11 = madd<T>(a1, b1, c11);
    c12 = madd<T>(a1, b2, c12);
    c13 = madd<T>(a1, b3, c13);
    const a2 = v128.load_splat<T>(a + r2);
    c20 = madd<T>(a2, b0, c20);
    c21 = madd<T>(a2, b1, c21);
    c22 = madd<T>(a2, b2, c22);
    c23 = madd<T>(a2, b3, c23);
    const a3 = v128.load_splat<T>(a + r3);
    c30 = madd<T>(a3, b0, c30);
    c31 = madd<T>(a3, b1, c31);
    c32 = madd<T>(a3, b2, c32);
    c33 = madd<T>(a3, b3, c33);
    a += step;
    b += next;
  } while (--k);
  if (plus) {
    c00 = v128.add<T>(c00, v128.load(plus));
    c01 = v128.add<T>(c01, v128.load(plus, 16));
    c02 = v128.add<T>(c02, v128.load(plus, 32));
    c03 = v128.add<T>(c03, v128.load(plus, 48));
    plus += plusRow;
    c10 = v128.add<T>(c10, v128.load(plus));
    c11 = v128.add<T>(c11, v128.load(plus, 16));
    c12 = v128.add<T>(c12, v128.load(plus, 32));
    c13 = v128.add<T>(c13, v128.load(plus, 48));
    plus += plusRow;
    c20 = v128.add<T>(c20, v128.load(plus));
    c21 = v128.add<T>(c21, v128.load(plus, 16));
    c22 = v128.add<T>(c22, v128.load(plus, 32));
    c23 = v128.add<T>(c23, v128.load(plus, 48));
    plus += plusRow;
    c30 = v128.add<T>(c30, v128.load(plus));
    c31 = v128.add<T>(c31, v128.load(plus, 16));
    c32 = v128.add<T>(c32, v128.load(plus, 32));
    c33 = v128.add<T>(c33, v128.load(plus, 48));
  }
  const down = cRow;
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  c += down;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
  v128.store(c, c13, 48);
  c += down;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  v128.store(c, c22, 32);
  v128.store(c, c23, 48);
  c += down;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  v128.store(c, c32, 32);
  v128.store(c, c33, 48);
}

export function tall32(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  tall<f32>(k, a, b, c, plus, plusRow);
}

export function tall64(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  tall<f64>(k, a, b, c, plus, plusRow);
}

export function broad32(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  broad<f32>(k, a, b, c, plus, plusRow);
}

export function broadLow32(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  broadLow<f32>(k, a, b, c, plus, plusRow);
}

export function wide32(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  wide<f32>(k, a, b, c, plus, plusRow);
}

export function wide64(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  wide<f64>(k, a, b, c, plus, plusRow);
}

export function narrow32(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  narrow<f32>(k, a, b, c, plus, plusRow);
}

export function narrow64(k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  narrow<f64>(k, a, b, c, plus, plusRow);
}
