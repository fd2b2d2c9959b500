/** One layer of an LSTM over a sequence, in one direction, and its gradient (see the reference in kernels/lstm.ts). float32. */
import { sigmoid, tanh } from './functions';
import { gemm } from './gemm';
import { putNarrow, widened } from './pairs';

/** Takes 17 numbers: steps, batch, input, hidden, reverse, then addresses: of x … c0, of the results, and of room. */
export function lstmForward(at: usize): void {
  const steps = load<i32>(at);
  const batch = load<i32>(at, 4);
  const input = load<usize>(at, 8) * 4;
  const H = load<i32>(at, 12);
  const reverse = load<i32>(at, 16) !== 0;
  const whh = load<usize>(at, 28);
  const y = load<usize>(at, 44);
  const hn = load<usize>(at, 48);
  const cn = load<usize>(at, 52);
  const kept = load<usize>(at, 56);
  const gates = load<usize>(at, 60);
  const turned = load<usize>(at, 64);
  const row = (H as usize) * 4;
  const G = 4 * H;
  const across = 4 * row;
  const size = (batch as usize) * row;
  gemm<f32>(
    steps * batch,
    G,
    load<i32>(at, 8),
    load<usize>(at, 20),
    input,
    4,
    load<usize>(at, 24),
    4,
    input,
    gates,
    across,
    load<usize>(at, 32),
    0,
  );
  for (let g = 0; g < G; g++)
    for (let j = 0; j < H; j++)
      store<f32>(turned + ((j * G + g) as usize) * 4, load<f32>(whh + ((g * H + j) as usize) * 4));
  memory.copy(cn, load<usize>(at, 40), size);
  let h = load<usize>(at, 36);
  for (let k = 0; k < steps; k++) {
    const t = (reverse ? steps - 1 - k : k) as usize;
    const own = gates + t * (batch as usize) * across;
    const next = y + t * size;
    gemm<f32>(batch, G, H, h, row, 4, turned, across, 4, own, across, own, across);
    for (let b = 0; b < batch; b++) {
      const nr = b as usize;
      const from = own + nr * across;
      const keep = kept + (t * (batch as usize) + nr) * 5 * row;
      for (let j = 0; j < H; j += 2) {
        const n = H - j;
        const o = (j as usize) * 4;
        const i = sigmoid(widened(from + o));
        const f = sigmoid(widened(from + row + o));
        const g = tanh(widened(from + 2 * row + o));
        const out = sigmoid(widened(from + 3 * row + o));
        const at = cn + nr * row + o;
        const c = f64x2.add(f64x2.mul(f, widened(at)), f64x2.mul(i, g));
        putNarrow(at, c, n);
        putNarrow(keep + o, i, n);
        putNarrow(keep + row + o, f, n);
        putNarrow(keep + 2 * row + o, g, n);
        putNarrow(keep + 3 * row + o, out, n);
        putNarrow(keep + 4 * row + o, c, n);
        putNarrow(next + nr * row + o, f64x2.mul(out, tanh(c)), n);
      }
    }
    h = next;
  }
  memory.copy(hn, h, size);
}

/** Takes 21 numbers: steps … reverse, addresses of x … dy (0: none), of the six results, of room. dh and dc hold what came in for them. */
export function lstmBackward(at: usize): void {
  const steps = load<i32>(at);
  const batch = load<i32>(at, 4);
  const inputs = load<i32>(at, 8);
  const input = (inputs as usize) * 4;
  const H = load<i32>(at, 12);
  const reverse = load<i32>(at, 16) !== 0;
  const x = load<usize>(at, 20);
  const whh = load<usize>(at, 28);
  const h0 = load<usize>(at, 32);
  const c0 = load<usize>(at, 36);
  const y = load<usize>(at, 40);
  const kept = load<usize>(at, 44);
  const dy = load<usize>(at, 48);
  const dbias = load<usize>(at, 64);
  const dh = load<usize>(at, 68);
  const dc = load<usize>(at, 72);
  const dGates = load<usize>(at, 76);
  const before = load<usize>(at, 80);
  const one = f64x2.splat(1);
  const row = (H as usize) * 4;
  const G = 4 * H;
  const across = 4 * row;
  const rows = batch as usize;
  const size = rows * row;
  for (let k = steps - 1; k >= 0; k--) {
    const t = (reverse ? steps - 1 - k : k) as usize;
    const earlier = reverse ? t + 1 : t - 1;
    const first = k === 0;
    memory.copy(before + t * size, first ? h0 : y + earlier * size, size);
    for (let b = 0; b < batch; b++) {
      const nr = b as usize;
      const keep = kept + (t * rows + nr) * 5 * row;
      const last = first ? c0 + nr * row : kept + ((earlier * rows + nr) * 5 + 4) * row;
      const to = dGates + (t * rows + nr) * across;
      for (let j = 0; j < H; j += 2) {
        const n = H - j;
        const o = (j as usize) * 4;
        const i = widened(keep + o);
        const f = widened(keep + row + o);
        const g = widened(keep + 2 * row + o);
        const out = widened(keep + 3 * row + o);
        const bent = tanh(widened(keep + 4 * row + o));
        let up = widened(dh + nr * row + o);
        if (dy) up = f64x2.add(up, widened(dy + t * size + nr * row + o));
        const slope = f64x2.sub(one, f64x2.mul(bent, bent));
        const cell = f64x2.add(widened(dc + nr * row + o), f64x2.mul(f64x2.mul(up, out), slope));
        putNarrow(to + o, f64x2.mul(f64x2.mul(cell, g), f64x2.mul(i, f64x2.sub(one, i))), n);
        putNarrow(to + row + o, f64x2.mul(f64x2.mul(cell, widened(last + o)), f64x2.mul(f, f64x2.sub(one, f))), n);
        putNarrow(to + 2 * row + o, f64x2.mul(f64x2.mul(cell, i), f64x2.sub(one, f64x2.mul(g, g))), n);
        putNarrow(to + 3 * row + o, f64x2.mul(f64x2.mul(up, bent), f64x2.mul(out, f64x2.sub(one, out))), n);
        putNarrow(dc + nr * row + o, f64x2.mul(cell, f), n);
      }
    }
    gemm<f32>(batch, H, G, dGates + t * rows * across, across, 4, whh, row, 4, dh, row, 0, 0);
  }
  const all = steps * batch;
  gemm<f32>(all, inputs, G, dGates, across, 4, load<usize>(at, 24), input, 4, load<usize>(at, 52), input, 0, 0);
  gemm<f32>(G, inputs, all, dGates, 4, across, x, input, 4, load<usize>(at, 56), input, 0, 0);
  gemm<f32>(G, H, all, dGates, 4, across, before, row, 4, load<usize>(at, 60), row, 0, 0);
  for (let g = 0; g < G; g += 2) {
    let sum = f64x2.splat(0);
    const from = dGates + (g as usize) * 4;
    for (let r = 0; r < all; r++) sum = f64x2.add(sum, widened(from + (r as usize) * across));
    putNarrow(dbias + (g as usize) * 4, sum, G - g);
  }
}
