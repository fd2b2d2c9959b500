/** Compares a picture with the one that somebody looked at and approved. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const REJECTED = 'test-results/pictures';
const approving = process.env.BACKSTEP_APPROVE === '1';
/**
 * A channel that is further off is another colour: antialiasing stays below. Another machine's fonts move the edges of letters, which are
 * not so many pixels; a panel that is missing, a colour or a layout that is another one are more.
 */
const CHANNEL = 48;
const SHARE = 0.04;

/** The share of pixels that differ; 1 where the sizes do. Decoded by the browser. */
function difference(page: Page, a: Buffer, b: Buffer): Promise<number> {
  return page.evaluate(
    async ([one, other, channel]) => {
      const read = async (base64: string) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
        context.drawImage(bitmap, 0, 0);
        return context.getImageData(0, 0, bitmap.width, bitmap.height);
      };
      const [left, right] = [await read(one), await read(other)];
      if (left.width !== right.width || left.height !== right.height) return 1;
      let differ = 0;
      for (let i = 0; i < left.data.length; i += 4) {
        const off = [0, 1, 2].some((c) => Math.abs(left.data[i + c]! - right.data[i + c]!) > channel);
        if (off) differ++;
      }
      return differ / (left.data.length / 4);
    },
    [a.toString('base64'), b.toString('base64'), CHANNEL] as const,
  );
}

/** `page`: any, to decode pictures in. */
export async function looksAsApproved(page: Page, path: string, picture: Buffer): Promise<void> {
  if (approving) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, picture);
  }
  expect(existsSync(path), `${path}: approve it with node scripts/approve-pictures.mjs`).toBe(true);
  const differ = await difference(page, readFileSync(path), picture);
  if (differ > SHARE) {
    mkdirSync(REJECTED, { recursive: true });
    writeFileSync(join(REJECTED, basename(path)), picture);
  }
  expect(differ, `${path}: see ${REJECTED}`).toBeLessThanOrEqual(SHARE);
}
