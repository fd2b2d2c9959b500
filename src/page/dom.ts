/** Drawings of the page's buttons. */
const SVG = 'http://www.w3.org/2000/svg';

/** An icon of 16 x 16 in the text's colour. */
export function icon(...paths: string[]): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [name, value] of Object.entries({
    width: '16',
    height: '16',
    viewBox: '0 0 16 16',
    'aria-hidden': 'true',
  }))
    svg.setAttribute(name, value);
  for (const d of paths) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    if (d.endsWith('z')) path.setAttribute('class', 's-solid');
    svg.append(path);
  }
  return svg;
}
