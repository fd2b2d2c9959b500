/** Keeps the focus where it was over a step. */

/**
 * VS Code focuses the editor at every stop, which takes the focus off the page's element too; when the view is focused
 * again only the page is. Who steps with keys must find the same slider or card under them.
 */
export function keepFocus(): void {
  let last: HTMLElement | SVGElement | null = null;
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLElement || target instanceof SVGElement) last = target;
  });
  window.addEventListener('focus', () => {
    if (document.activeElement === document.body && last?.isConnected) last.focus({ preventScroll: true });
  });
}
