/**
 * The matrix product c[m, n] = a[m, k] · b[k, n] (+ a bias for each column), blocked for the caches. `a` and `b` lie in memory in any way
 * that two strides can say, so a transposed operand is read where it is. Source: "Anatomy of High-Performance Matrix Multiplication", Goto and van
 * de Geijn 2008.
 *
 * An element's sum runs over k in order, in blocks of KC, whatever the other sizes, addresses and threads are: so the same numbers always
 * give the same bits.
 */
import { pack } from './packing';
import {
  broad32,
  broadLow32,
  narrow32,
  narrow64,
  rowsOfA,
  rowsOfB,
  rowsOfC,
  tall32,
  tall64,
  wide32,
  wide64,
} from './tiles';

/** Blocks: k, so that a panel of b stays in the first cache; rows of a, so that they stay in the second; columns of b. */
const KC = 256;
const MC = 192;
const NC = 1024;

/** Rows of a tile. */
const HIGH = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/** This thread's room: a tile for edges, then the panels. */
let edge: usize = 0;
let panelsA: usize = 0;
let panelsB: usize = 0;
const EDGE: usize = 512;

/** Bytes of the room. */
export function gemmRoom(): i32 {
  return (EDGE as i32) + (MC + NC) * KC * 8;
}

export function setGemmRoom(at: usize): void {
  edge = at;
  panelsA = at + EDGE;
  panelsB = panelsA + MC * KC * 8;
}

/** Are tiles of four vectors of float32 better than those of two? */
let broad: bool = false;

export function setBroad(on: bool): void {
  broad = on;
}

/** Vectors across a panel of b that has so many columns. */
function vectors<T>(columns: i32): i32 {
  return sizeof<T>() === 4 && broad && columns > 8 ? 4 : 2;
}

/** A tile of so many vectors across, and `high` rows (eight where it is one) or fewer. */
function tile<T>(across: i32, high: i32, k: i32, a: usize, b: usize, c: usize, plus: usize, plusRow: usize): void {
  if (sizeof<T>() === 4) {
    if (across === 1) narrow32(k, a, b, c, plus, plusRow);
    else if (across === 4) {
      if (high > 4) broad32(k, a, b, c, plus, plusRow);
      else broadLow32(k, a, b, c, plus, plusRow);
    } else if (high > 4) tall32(k, a, b, c, plus, plusRow);
    else wide32(k, a, b, c, plus, plusRow);
  } else {
    if (across === 1) narrow64(k, a, b, c, plus, plusRow);
    else if (high > 4) tall64(k, a, b, c, plus, plusRow);
    else wide64(k, a, b, c, plus, plusRow);
  }
}

/** A tile that is not full goes through a scratch tile; what counts of it is copied. */
function partly<T>(
  vectors: i32,
  rows: i32,
  columns: i32,
  k: i32,
  a: usize,
  b: usize,
  c: usize,
  cRow: usize,
  plus: usize,
  plusRow: usize,
): void {
  const across = (vectors as usize) << 4;
  rowsOfC(across);
  tile<T>(vectors, rows, k, a, b, edge, 0, 0);
  rowsOfC(cRow);
  let from = edge;
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < (columns as usize) * sizeof<T>(); j += sizeof<T>()) {
      const sum = load<T>(from + j);
      store<T>(c + j, plus ? ((sum + load<T>(plus + j)) as T) : sum);
    }
    from += across;
    c += cRow;
    plus += plus ? plusRow : 0;
  }
}

/**
 * One product; strides and sizes of rows in bytes. `plus`: what the sums are added to, c itself or another matrix, its rows `plusRow` bytes
 * apart (0: one row for all, a bias); none where it is 0.
 */
export function gemm<T>(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  bColumn: usize,
  c: usize,
  cRow: usize,
  plus: usize,
  plusRow: usize,
): void {
  const size = sizeof<T>();
  const each: i32 = 16 / (size as i32);
  rowsOfC(cRow);
  // Copying pays where what is copied is read often, or cannot be read as it lies.
  const packsB = bColumn !== size || (m > 64 && k * n > 4096);
  const packsA = m * k > 8192 && n >= 64;
  for (let j0 = 0; j0 < n; j0 += NC) {
    const columns = min(NC, n - j0);
    for (let p0 = 0; p0 < k; p0 += KC) {
      const depth = min(KC, k - p0);
      const bBlock = b + (p0 as usize) * bStep + (j0 as usize) * bColumn;
      if (packsB) packB<T>(bBlock, bStep, bColumn, depth, columns);
      for (let i0 = 0; i0 < m; i0 += MC) {
        const rows = min(MC, m - i0);
        const aBlock = a + (i0 as usize) * aRow + (p0 as usize) * aStep;
        if (packsA) packAll<T>(aBlock, aStep, aRow, depth, rows, HIGH, panelsA);
        for (let j = 0, width = 0; j < columns; j += width) {
          const wide = vectors<T>(columns - j);
          width = wide * each;
          const across = min(width, columns - j);
          const slim = across <= each && !packsA;
          const shape = slim ? 1 : wide;
          const high = slim ? 8 : HIGH;
          const panelB = packsB ? panelsB + ((j * depth) as usize) * size : bBlock + (j as usize) * size;
          rowsOfB(packsB ? (width as usize) * size : bStep);
          let at = c + (i0 as usize) * cRow + ((j0 + j) as usize) * size;
          for (let i = 0; i < rows; i += high) {
            const down = min(high, rows - i);
            let panelA: usize;
            if (packsA) {
              panelA = panelsA + ((i * depth) as usize) * size;
              rowsOfA((HIGH as usize) * size, size, HIGH);
            } else {
              panelA = aBlock + (i as usize) * aRow;
              rowsOfA(aStep, aRow, down);
            }
            // Blocks of k after the first are added to those before.
            const first = plus ? plus + ((i0 + i) as usize) * plusRow + ((j0 + j) as usize) * size : 0;
            const begin = p0 > 0 ? at : first;
            const beginRow = p0 > 0 ? cRow : plusRow;
            if ((down === high || (!slim && down === 4)) && across === shape * each)
              tile<T>(shape, down, depth, panelA, panelB, at, begin, beginRow);
            else partly<T>(shape, down, across, depth, panelA, panelB, at, cRow, begin, beginRow);
            at += (high as usize) * cRow;
          }
        }
      }
    }
  }
}

/** All panels of a block, one after the other. */
function packAll<T>(src: usize, pStep: usize, jStep: usize, k: i32, lanes: i32, width: i32, to: usize): void {
  for (let j = 0; j < lanes; j += width) {
    pack<T>(src, pStep, jStep, k, min(width, lanes - j), width, to);
    src += (width as usize) * jStep;
    to += ((width * k) as usize) * sizeof<T>();
  }
}

/** The same of b, whose last panel may be less wide. */
function packB<T>(src: usize, pStep: usize, jStep: usize, k: i32, columns: i32): void {
  const each: i32 = 16 / (sizeof<T>() as i32);
  let to = panelsB;
  for (let j = 0, width = 0; j < columns; j += width) {
    width = vectors<T>(columns - j) * each;
    pack<T>(src, pStep, jStep, k, min(width, columns - j), width, to);
    src += (width as usize) * jStep;
    to += ((width * k) as usize) * sizeof<T>();
  }
}

/** About so many pieces a product is shared in: threads do not run equally fast. */
const PIECES = 8;
/** Rows or columns of a piece at least, since each piece packs for itself. */
const WIDE = 64;
/** Whole tiles, of rows as of columns. */
const TILES = 4 * HIGH;

/** What a job of products is: 14 numbers, of which strides are in elements. */
const COUNT = 0;
const M = 4;
const N = 8;
const K = 12;
const A = 16;
const A_NEXT = 20;
const A_ROW = 24;
const A_STEP = 28;
const B = 32;
const B_NEXT = 36;
const B_STEP = 40;
const B_COLUMN = 44;
const C = 48;
const BIAS = 52;

/** Writes down one product c[m, n] = a · b (+ a bias) as a work; c lies row-major. */
export function setProduct(
  at: usize,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bColumn: i32,
  c: usize,
  bias: usize,
): void {
  store<i32>(at, 1, COUNT);
  store<i32>(at, m, M);
  store<i32>(at, n, N);
  store<i32>(at, k, K);
  store<usize>(at, a, A);
  store<i32>(at, 0, A_NEXT);
  store<i32>(at, aRow, A_ROW);
  store<i32>(at, aStep, A_STEP);
  store<usize>(at, b, B);
  store<i32>(at, 0, B_NEXT);
  store<i32>(at, bStep, B_STEP);
  store<i32>(at, bColumn, B_COLUMN);
  store<usize>(at, c, C);
  store<usize>(at, bias, BIAS);
}

/** Products, rows or columns of a piece: whole tiles, of what there is most. */
function shareOf(at: usize): i32 {
  const count = load<i32>(at, COUNT);
  if (count > 1) return (count + PIECES - 1) / PIECES;
  const most = max(load<i32>(at, M), load<i32>(at, N));
  return ((max(WIDE, (most + PIECES - 1) / PIECES) + TILES - 1) / TILES) * TILES;
}

export function productPieces(at: usize): i32 {
  const count = load<i32>(at, COUNT);
  const share = shareOf(at);
  return ((count > 1 ? count : max(load<i32>(at, M), load<i32>(at, N))) + share - 1) / share;
}

/** One piece of the products at `at`; all of them where it is negative. */
export function productPiece<T>(at: usize, piece: i32): void {
  const size = sizeof<T>();
  const count = load<i32>(at, COUNT);
  let m = load<i32>(at, M);
  let n = load<i32>(at, N);
  const aRow = load<usize>(at, A_ROW) * size;
  const bColumn = load<usize>(at, B_COLUMN) * size;
  const cRow = (n as usize) * size;
  const block = (m as usize) * cRow;
  let a = load<usize>(at, A);
  let b = load<usize>(at, B);
  let c = load<usize>(at, C);
  let bias = load<usize>(at, BIAS);
  let first = 0;
  let end = count;
  if (piece >= 0) {
    const share = shareOf(at);
    const from = piece * share;
    const skip = from as usize;
    if (count > 1) {
      first = from;
      end = min(from + share, count);
    } else if (m > n) {
      m = min(share, m - from);
      a += skip * aRow;
      c += skip * cRow;
    } else {
      n = min(share, n - from);
      b += skip * bColumn;
      c += skip * size;
      if (bias) bias += skip * size;
    }
  }
  for (let i = first; i < end; i++) {
    const nr = i as usize;
    const own = a + nr * load<usize>(at, A_NEXT) * size;
    const other = b + nr * load<usize>(at, B_NEXT) * size;
    const aStep = load<usize>(at, A_STEP) * size;
    const bStep = load<usize>(at, B_STEP) * size;
    gemm<T>(m, n, load<i32>(at, K), own, aRow, aStep, other, bStep, bColumn, c + nr * block, cRow, bias, 0);
  }
}
