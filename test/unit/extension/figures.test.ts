import { expect, test, vi } from 'vitest';

vi.mock('vscode', () => ({}));
const { figuresAt, figuresPage } = await import('../../../src/extension/figures');

const picture = (number: number, tick: number, title = '') => ({
  number,
  tick,
  title,
  summary: '1 line',
  svg: `<svg>${tick}</svg>`,
});

const words = (nothing: string) => ({ figure: (number: number) => `Figure ${number}`, nothing });

test('a figure is as it was at the cursor', () => {
  const pictures = [picture(2, 3), picture(1, 5), picture(2, 9)];
  expect(figuresAt(pictures, 2)).toEqual([]);
  expect(figuresAt(pictures, 6).map(({ number, tick }) => [number, tick])).toEqual([
    [1, 5],
    [2, 3],
  ]);
  expect(figuresAt(pictures, Number.POSITIVE_INFINITY).map(({ tick }) => tick)).toEqual([5, 9]);
});

test('the page runs nothing, and escapes what a script says', () => {
  const html = figuresPage([picture(1, 0, '<script>alert(1)</script>')], 'en', words('none'));
  expect(html).not.toContain('<script');
  expect(html).toContain("default-src 'none'; img-src data:");
  expect(html).toContain(`base64,${Buffer.from('<svg>0</svg>').toString('base64')}`);
  expect(figuresPage([], 'en', words('No <figure>.'))).toContain('No &#60;figure&#62;.');
});
