/** The drawing as a file of its own: SVG with its styles written into it, or PNG. */
import { css } from '../theme';

const MARGIN = 16;
/** Pixels per unit of a PNG, and how many a side of it may have. */
const DENSITY = 2;
const MOST = 8192;
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
];

/** The whole drawing, as it looks now at full size. */
export function svgText(frame: SVGSVGElement, world: SVGGElement, width: number, height: number): string {
  const far = frame.classList.contains('far');
  frame.classList.remove('far');
  const copy = copied(world)!;
  frame.classList.toggle('far', far);
  copy.removeAttribute('transform');
  const [w, h] = [Math.ceil(width + MARGIN * 2), Math.ceil(height + MARGIN * 2)];
  const space = 'http://www.w3.org/2000/svg';
  const text = new XMLSerializer().serializeToString(copy);
  return (
    `<svg xmlns="${space}" width="${w}" height="${h}" viewBox="${-MARGIN} ${-MARGIN} ${w} ${h}">` +
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="${w}" height="${h}" fill="${css('--bg')}"/>${text}</svg>`
  );
}

/** A copy with the styles that the page gives it; what is not seen is left out. */
function copied(node: Element): Element | null {
  const style = getComputedStyle(node);
  if (style.display === 'none' || node.classList.contains('hit')) return null;
  const copy = document.createElementNS(node.namespaceURI, node.localName);
  for (const { name, value } of node.attributes) {
    if (!/^(class|style|tabindex|role|data-|aria-)/.test(name)) copy.setAttribute(name, value);
  }
  if (node.localName !== 'title' && node.localName !== 'g') {
    for (const name of STYLES) copy.setAttribute(name, style.getPropertyValue(name));
  } else if (style.opacity !== '1') copy.setAttribute('opacity', style.opacity);
  for (const child of node.childNodes) {
    const inner = child instanceof Element ? copied(child) : child.cloneNode();
    if (inner) copy.append(inner);
  }
  return copy;
}

/** Paints an SVG. Smaller than drawn where it would be too large for a canvas. */
export async function pngOf(text: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(DENSITY, MOST / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) =>
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('the picture could not be made'))), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

export async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
