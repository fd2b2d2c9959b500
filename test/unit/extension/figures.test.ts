import { expect, test, vi } from 'vitest';

vi.mock('vscode', () => ({}));
const { changed } = await import('../../../src/extension/figures');

const drawn = (number: number, key: string) => ({
  number,
  key,
  title: '',
  summary: '1 line',
  svg: `<svg>${key}</svg>`,
});

test('a picture goes to the view once, and again when it was drawn again', () => {
  const has = new Map<number, string>();
  const svgs = (...figures: ReturnType<typeof drawn>[]) => changed(figures, has).map(({ svg }) => svg);
  expect(svgs(drawn(1, 'a'))).toEqual(['<svg>a</svg>']);
  expect(svgs(drawn(1, 'a'), drawn(2, 'b'))).toEqual([undefined, '<svg>b</svg>']);
  expect(svgs(drawn(2, 'c'))).toEqual(['<svg>c</svg>']);
  expect(svgs(drawn(1, 'a'), drawn(2, 'c'))).toEqual(['<svg>a</svg>', undefined]);
});
