/** Takes the recording out of the page. */
import { memory } from '../engine/dtype';
import '../engine/ops';
import { load } from '../recorder/file';
import type { Recording } from '../recorder/recording';
import { mount } from './node/fs';

/** One tensor of more than this is no recording that a page could show. */
const LARGEST = 1 << 30;

/** The bytes in a `<script type="text/plain">` element, which is emptied: text of this size must not be held twice. */
export function embedded(id: string): Uint8Array<ArrayBuffer> {
  const element = document.getElementById(id);
  const text = element?.textContent?.trim() ?? '';
  element?.remove();
  const step = 4 << 18;
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let at = 0; at < text.length; at += step) {
    const part = Uint8Array.from(atob(text.slice(at, at + step)), (c) => c.charCodeAt(0));
    parts.push(part);
    length += part.length;
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function openEmbedded(): Recording {
  memory.allows = (bytes) => bytes <= LARGEST;
  mount('recording', embedded('recording'));
  return load('recording');
}

/** A packed text as an address that the page may read. */
export async function addressOf(id: string): Promise<string> {
  const stream = new Blob([embedded(id)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return URL.createObjectURL(await new Response(stream).blob());
}
