/** Colours for numbers: one hue below zero, one above, the page's own background at zero. */
import { interpolateRgb } from 'd3';
import type { TensorGrid } from '../../src/protocol/views';
import { color, css } from '../theme';

export interface CellScale {
  /** The size that has the full colour. */
  full: number;
  of(cell: number | string): string;
}

export function cellScale(grid: TensorGrid): CellScale {
  let full = 0;
  for (const cell of grid.cells) if (typeof cell === 'number' && Math.abs(cell) > full) full = Math.abs(cell);
  const zero = color('--cell-zero').toString();
  const below = interpolateRgb(zero, color('--cell-below').toString());
  const above = interpolateRgb(zero, color('--cell-above').toString());
  const bad = css('--bad');
  return {
    full,
    of(cell) {
      if (typeof cell !== 'number') return bad;
      if (full === 0) return zero;
      // Square root: small numbers stay apart from zero beside a large one.
      const size = Math.sqrt(Math.abs(cell) / full);
      return cell < 0 ? below(size) : above(size);
    },
  };
}
