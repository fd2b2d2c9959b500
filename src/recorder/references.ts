import type { Variable } from '../protocol/session';

type Open = () => Variable[];
type Page = (start: number, count: number) => Variable[];

/** More rows than this are asked for page by page. */
const PAGE = 100;

/** What a user can open in the variables view: numbers that hold until the cursor moves. */
export class References {
  private nodes: { open: Open; frame: number; page?: Page }[] = [];
  /** Numbers handed out before the cursor last moved: none is used twice, so that a late question cannot get another's answer. */
  private gone = 0;

  add(open: Open, frame: number, page?: Page): number {
    return this.gone + this.nodes.push({ open, frame, page });
  }

  clear(): void {
    this.gone += this.nodes.length;
    this.nodes = [];
  }

  private at(ref: number) {
    return this.nodes[ref - this.gone - 1];
  }

  /** What is behind a reference; `start` and `count` page through indexed children. */
  open(ref: number, start?: number, count?: number): Variable[] {
    const node = this.at(ref);
    // The cursor moved while the question was on its way: VS Code asks again, about the new moment.
    if (!node) return [];
    return start !== undefined && node.page ? node.page(start, count ?? PAGE) : node.open();
  }

  /** The frame a reference was opened in. */
  frameOf(ref: number): number {
    return this.at(ref)?.frame ?? 0;
  }

  /** The expression of an indexed child (`w[3]`), which open() without a range does not list. */
  element(ref: number, name: string): string | undefined {
    const index = /^\[(\d+)\]$/.exec(name);
    return index ? this.at(ref)?.page?.(Number(index[1]), 1)[0]?.evaluateName : undefined;
  }
}
