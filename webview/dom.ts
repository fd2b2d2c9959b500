/** Small builders. Text goes in as text nodes: nothing in this room sets innerHTML. */

type Child = Node | string | number | null | undefined | false;
type Attrs = Record<string, string | number | boolean | null | undefined>;

function fill(node: Element, attrs: Attrs, children: Child[]): void {
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attrs: Attrs = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  fill(node, attrs, children);
  return node;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attrs: Attrs = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(node, attrs, children);
  return node;
}

/** What a field is for, by mouse as for a screen reader, which does not take a tooltip for a name. */
export const named = (text: string): Attrs => ({ title: text, 'aria-label': text });

export function button(label: string, onClick: () => void, attrs: Attrs = {}, ...children: Child[]): HTMLButtonElement {
  const node = el('button', { type: 'button', title: label, ...attrs }, ...(children.length > 0 ? children : [label]));
  // What is written on it is its name, and the tooltip says more; a sign that cannot be spoken is named by the tooltip.
  const written = /[\p{L}\p{N}]{2}/u.test(node.textContent);
  if (!written && !node.hasAttribute('aria-label')) node.setAttribute('aria-label', label);
  node.addEventListener('click', () => {
    if (node.getAttribute('aria-disabled') !== 'true') onClick();
  });
  return node;
}

/** Sets text only when it differs, so that a live region speaks only news. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Runs `build` and puts its result into `node` only when `key` changed: focus inside is kept otherwise. */
export function keyed(node: Element & { dataset: DOMStringMap }, key: string, build: () => Child[]): boolean {
  if (node.dataset.key === key) return false;
  node.dataset.key = key;
  node.replaceChildren();
  fill(node, {}, build());
  return true;
}
