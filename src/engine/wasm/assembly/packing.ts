/** Copies parts of matrices into panels, as the tiles read them: for each k, `width` elements side by side. */

/** Four (two) rows of four (two) elements, turned: from `src`, rows `row` bytes apart, to `to`, rows `width` bytes apart. */
function turn<T>(src: usize, row: usize, to: usize, width: usize): void {
  if (sizeof<T>() === 4) {
    const x0 = v128.load(src);
    const x1 = v128.load(src + row);
    const x2 = v128.load(src + 2 * row);
    const x3 = v128.load(src + 3 * row);
    const y0 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
    const y1 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
    const y2 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
    const y3 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(y0, y2, 0, 1, 4, 5));
    v128.store(to + width, v128.shuffle<f32>(y0, y2, 2, 3, 6, 7));
    v128.store(to + 2 * width, v128.shuffle<f32>(y1, y3, 0, 1, 4, 5));
    v128.store(to + 3 * width, v128.shuffle<f32>(y1, y3, 2, 3, 6, 7));
  } else {
    const x0 = v128.load(src);
    const x1 = v128.load(src + row);
    v128.store(to, v128.shuffle<f64>(x0, x1, 0, 2));
    v128.store(to + width, v128.shuffle<f64>(x0, x1, 1, 3));
  }
}

/** Two rows of four float32, turned: what is left of six lanes after four. */
function turn2(src: usize, row: usize, to: usize, width: usize): void {
  const x0 = v128.load(src);
  const x1 = v128.load(src + row);
  const y0 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
  const y1 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
  v128.store64_lane(to, y0, 0);
  v128.store64_lane(to + width, y0, 1);
  v128.store64_lane(to + 2 * width, y1, 0);
  v128.store64_lane(to + 3 * width, y1, 1);
}

/**
 * One panel: element (p, j) of k by `lanes` goes to to[p · width + j]; lanes up to `width` are 0. In the source, p and j are `pStep` and
 * `jStep` bytes apart.
 */
export function pack<T>(src: usize, pStep: usize, jStep: usize, k: i32, lanes: i32, width: i32, to: usize): void {
  const size = sizeof<T>();
  const each: i32 = 16 / (size as i32);
  const across = (width as usize) * size;
  let j = 0;
  if (jStep === size) {
    for (; j + each <= lanes; j += each) {
      let from = src + (j as usize) * size;
      let at = to + (j as usize) * size;
      for (let p = 0; p < k; p++) {
        v128.store(at, v128.load(from));
        from += pStep;
        at += across;
      }
    }
    if (size === 4 && j + 2 <= lanes) {
      let from = src + (j as usize) * size;
      let at = to + (j as usize) * size;
      for (let p = 0; p < k; p++) {
        store<u64>(at, load<u64>(from));
        from += pStep;
        at += across;
      }
      j += 2;
    }
  } else if (pStep === size) {
    for (; j + each <= lanes; j += each) {
      let from = src + (j as usize) * jStep;
      let at = to + (j as usize) * size;
      let p = 0;
      for (; p + each <= k; p += each) {
        turn<T>(from, jStep, at, across);
        from += 16;
        at += across * (each as usize);
      }
      for (; p < k; p++) {
        for (let i = 0; i < each; i++) store<T>(at + (i as usize) * size, load<T>(from + (i as usize) * jStep));
        from += size;
        at += across;
      }
    }
    if (size === 4 && j + 2 <= lanes) {
      let from = src + (j as usize) * jStep;
      let at = to + (j as usize) * size;
      let p = 0;
      for (; p + 4 <= k; p += 4) {
        turn2(from, jStep, at, across);
        from += 16;
        at += across * 4;
      }
      for (; p < k; p++) {
        store<T>(at, load<T>(from));
        store<T>(at + size, load<T>(from + jStep));
        from += size;
        at += across;
      }
      j += 2;
    }
  }
  for (; j < width; j++) {
    let from = src + (j as usize) * jStep;
    let at = to + (j as usize) * size;
    for (let p = 0; p < k; p++) {
      store<T>(at, j < lanes ? load<T>(from) : (0 as T));
      from += pStep;
      at += across;
    }
  }
}
