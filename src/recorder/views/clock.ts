/** The time by which an answer that takes long gives what it has. */

/** Milliseconds. Tests give their own, which a busy machine does not move. */
export const clock = { now: (): number => performance.now() };

/** Tells whether so many milliseconds have gone by since it was made. */
export function within(milliseconds: number): () => boolean {
  const until = clock.now() + milliseconds;
  return () => clock.now() > until;
}
