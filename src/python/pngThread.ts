/** The thread that paints: SVG in, PNG out, for who waits for it (png.ts). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

export interface PngThreadData {
  assets: string;
  port: MessagePort;
  /** One number: how many answers there are. */
  answers: Int32Array;
}

export interface PngWish {
  svg: string;
  scale: number;
}

const { assets, port, answers } = workerData as PngThreadData;
const ready = initWasm(new Uint8Array(readFileSync(join(assets, 'png/resvg.wasm'))));
const fontBuffers = [new Uint8Array(readFileSync(join(assets, 'png/DejaVuSans.ttf')))];

async function paint({ svg, scale }: PngWish): Promise<Uint8Array | string> {
  try {
    await ready;
    const font = { fontBuffers };
    return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: scale } }).render().asPng();
  } catch (error) {
    return String(error);
  }
}

parentPort!.on('message', async (wish: PngWish) => {
  port.postMessage(await paint(wish));
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
});
