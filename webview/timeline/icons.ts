/** Icons of 16 x 16 in the current text colour. One mark is a tick, two an iteration, a triangle runs on. */
import { svg } from '../dom';

const SHAPES = {
  reverseContinue: ['M12.5,3.2 L5,8 L12.5,12.8 Z', 'M3.2,3.5 v9'],
  iterationBack: ['M12.5,3.5 L8,8 l4.5,4.5', 'M7.5,3.5 L3,8 l4.5,4.5'],
  tickBack: ['M10.2,3.5 L5.7,8 l4.5,4.5'],
  tickForward: ['M5.8,3.5 L10.3,8 l-4.5,4.5'],
  iterationForward: ['M3.5,3.5 L8,8 l-4.5,4.5', 'M8.5,3.5 L13,8 l-4.5,4.5'],
  latest: ['M3.5,3.5 L8,8 l-4.5,4.5', 'M8.5,8 h-5', 'M12.5,3.5 v9'],
  thinned: ['M3.5,3 v10', 'M6.5,6.5 v3', 'M9.5,6.5 v3', 'M12.5,3 v10'],
  continue: ['M3.5,3.2 L11,8 L3.5,12.8 Z', 'M12.8,3.5 v9'],
  play: ['M4.5,3 L12.5,8 L4.5,13 Z'],
  playBack: ['M11.5,3 L3.5,8 L11.5,13 Z'],
  pause: ['M5.5,3.5 v9', 'M10.5,3.5 v9'],
};
export type IconName = keyof typeof SHAPES;

export function icon(name: IconName): SVGSVGElement {
  return svg(
    'svg',
    { class: 'icon', width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    ...SHAPES[name].map((d) => svg('path', { d, class: d.endsWith('Z') ? 'solid' : null })),
  );
}
