// What works.py does, for the engines of JavaScript: the same numbers to begin with, the same way to take the time.

/** Numbers in ±scale/2 that any engine can make; works.py's. */
export function fill(number, shape, scale) {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let j = 0; j < values.length; j++) values[j] = (((j * 7919 + 104729 * number) % 1009) / 1009 - 0.5) * scale;
  return values;
}

export const classes = (n, count) => Array.from({ length: n }, (_, j) => ((j * 7919) % 1009) % count);

/** `W1/5000` is W1 at that batch, `mlp/64` an MLP that wide. */
export function named(work) {
  const [name, size] = work.split('/');
  return { name, size: size === undefined ? undefined : Number(size) };
}

/** Seconds of the machine's cores that this process has used. */
export function ownTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Times of steps in ms (means of batches of steps), after a warm-up. `step` gives the loss before it, `read` its number. */
export function measure(step, read, { warm, seconds, cpu }) {
  const clock = cpu ? ownTime : () => performance.now() / 1000;
  const first = read(step());
  for (let i = 0; i < 19; i++) step();
  const losses = [first, read(step())];
  // Warm up, and find how many steps take 10 ms where nothing disturbs them.
  let [count, best] = [1, Infinity];
  const batch = () => {
    const start = clock();
    for (let i = 0; i < count; i++) step();
    return (clock() - start) / count;
  };
  for (const begin = clock(); clock() - begin < warm; ) {
    best = Math.min(best, batch());
    count = Math.min(2 * count, Math.ceil(0.01 / best));
  }
  const times = [];
  for (const begin = clock(); times.length < 3 || clock() - begin < seconds; ) times.push(batch() * 1000);
  return { losses, times };
}
