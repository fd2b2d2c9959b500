/**
 * Works in pieces, shared among threads over the same memory.
 *
 * A work is the same pieces whoever computes them, so its result has the same bits with and without other threads. Each thread takes the next
 * piece that nobody took; one that sleeps, or whose core another process has, takes none, and the others do not wait for it.
 */
import { convolutionPiece, convolutionPieces, finishWeight, setWindows } from './convolution';
import { productPiece, productPieces, setGemmRoom } from './gemm';
import {
  attentionBackwardPiece,
  attentionForwardPiece,
  attentionPieces,
  lstmBackwardPiece,
  lstmForwardPiece,
  lstmPieces,
} from './layers';

/** What the threads share, at an address that all were told, each in a cache line of its own. */
let shared: usize = 0;
/** Counts works; helpers sleep on it. */
const WAKE: usize = 0;
/** Pieces that nobody took yet. Set last, when all else of a work is there. */
const LEFT: usize = 64;
const FINISHED: usize = 128;
/** What the work is: its kind, and where its numbers are. */
const KIND: usize = 192;
const AT: usize = 196;

/** How often a helper looks for work before it sleeps, and the one that waits for helpers before it does: some 50 µs. */
const LOOKS = 20000;

/** Nanoseconds that it sleeps. */
const PAUSE: i64 = 100_000;

/** Which thread this is. */
let thread: i32 = 0;

/** Kinds of work: of float32 elements the even ones, of float64 the odd ones; of the layers after the convolutions there are no float64 ones. */
export const PRODUCTS = 0;
const CONVOLUTION = 2;
const WEIGHT = 6;
export const LSTM_FORWARD = 8;
export const LSTM_BACKWARD = 10;
const ATTENTION_FORWARD = 12;
const ATTENTION_BACKWARD = 14;

function isConvolution(kind: i32): bool {
  return kind >= CONVOLUTION && kind < LSTM_FORWARD;
}

function isWeight(kind: i32): bool {
  return kind >= WEIGHT && kind < LSTM_FORWARD;
}

export function setThread(nr: i32, at: usize, room: usize): void {
  thread = nr;
  shared = at;
  setGemmRoom(room);
}

function piece(kind: i32, at: usize, nr: i32): void {
  if (isConvolution(kind)) {
    if (nr < 0) {
      const pieces = convolutionPieces(isWeight(kind));
      for (let i = 0; i < pieces; i++) piece(kind, at, i);
    } else if (kind & 1) convolutionPiece<f64>((kind - CONVOLUTION) >> 1, at, nr, thread);
    else convolutionPiece<f32>((kind - CONVOLUTION) >> 1, at, nr, thread);
  } else if (kind === LSTM_FORWARD) lstmForwardPiece(at, nr);
  else if (kind === LSTM_BACKWARD) lstmBackwardPiece(at, nr);
  else if (kind === ATTENTION_FORWARD) attentionForwardPiece(at, nr, thread);
  else if (kind === ATTENTION_BACKWARD) attentionBackwardPiece(at, nr, thread);
  else if (kind & 1) productPiece<f64>(at, nr);
  else productPiece<f32>(at, nr);
}

function piecesOf(kind: i32, at: usize): i32 {
  if (kind < CONVOLUTION) return productPieces(at);
  if (kind >= ATTENTION_FORWARD) return attentionPieces(at);
  return kind >= LSTM_FORWARD ? lstmPieces(at) : convolutionPieces(isWeight(kind));
}

/** Takes pieces until none is left. */
function help(own: bool): void {
  let kind = load<i32>(shared, KIND);
  let at = load<usize>(shared, AT);
  for (;;) {
    const left = atomic.load<i32>(shared, LEFT);
    if (left <= 0) return;
    if (atomic.cmpxchg<i32>(shared, left, left - 1, LEFT) !== left) continue;
    if (!own) {
      // Now that a piece is ours, the work cannot end and become another one.
      kind = load<i32>(shared, KIND);
      at = load<usize>(shared, AT);
      if (isConvolution(kind)) setWindows(at);
    }
    piece(kind, at, left - 1);
    atomic.add<i32>(shared, 1, FINISHED);
  }
}

/**
 * Does a work whose numbers lie at `at`, together with so many helpers. Returns how often it looked whether they were done, after its own
 * pieces: much where they have no core.
 */
export function work(kind: i32, at: usize, helpers: i32): i32 {
  if (isConvolution(kind)) setWindows(at);
  let looks = 0;
  const pieces = helpers === 0 ? 1 : piecesOf(kind, at);
  if (pieces === 1) piece(kind, at, -1);
  else {
    store<i32>(shared, kind, KIND);
    store<usize>(shared, at, AT);
    atomic.store<i32>(shared, 0, FINISHED);
    atomic.store<i32>(shared, pieces, LEFT);
    atomic.add<i32>(shared, 1, WAKE);
    atomic.notify(shared, helpers);
    help(true);
    for (let done = 0; (done = atomic.load<i32>(shared, FINISHED)) < pieces; looks++)
      // A helper that has a piece may wait for this very core.
      if (looks % LOOKS === LOOKS - 1) atomic.wait<i32>(shared + FINISHED, done, PAUSE);
  }
  if (isWeight(kind)) {
    if (kind & 1) finishWeight<f64>(at);
    else finishWeight<f32>(at);
  }
  return looks;
}

/** A helper's life: it never returns. */
export function serve(): void {
  for (;;) {
    const seen = atomic.load<i32>(shared, WAKE);
    let looks = 0;
    while (atomic.load<i32>(shared, LEFT) <= 0 && looks < LOOKS) looks++;
    if (looks === LOOKS) atomic.wait<i32>(shared, seen, -1);
    help(false);
  }
}
