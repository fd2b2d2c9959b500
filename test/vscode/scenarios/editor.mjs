// The tutorial's program, before anything runs.
/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  await code.open('three_class.py');
  await shot('editor');
};
