import type { Variable } from '../protocol/session';

type Open = () => Variable[];
type Page = (start: number, count: number) => Variable[];

/** More rows than this are asked for page by page. */
const PAGE = 100;

/** What a user can open in the variables view: numbers that hold until the cursor moves. */
export class References {
  private nodes: { open: Open; frame: number; page?: Page }[] = [];

  add(open: Open, frame: number, page?: Page): number {
    this.nodes.push({ open, frame, page });
    return this.nodes.length;
  }

  clear(): void {
    this.nodes = [];
  }

  /** What is behind a reference; `start` and `count` page through indexed children. */
  open(ref: number, start?: number, count?: number): Variable[] {
    const node = this.nodes[ref - 1];
    if (!node) throw new Error('This value belongs to another moment: the cursor has moved since.');
    return start !== undefined && node.page ? node.page(start, count ?? PAGE) : node.open();
  }

  /** The frame a reference was opened in. */
  frameOf(ref: number): number {
    return this.nodes[ref - 1]?.frame ?? 0;
  }

  /** The expression of an indexed child (`w[3]`), which open() without a range does not list. */
  element(ref: number, name: string): string | undefined {
    const index = /^\[(\d+)\]$/.exec(name);
    return index ? this.nodes[ref - 1]?.page?.(Number(index[1]), 1)[0]?.evaluateName : undefined;
  }
}
