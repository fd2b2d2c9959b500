/** Writes a recording into a file: all of it at once, or what is new while the run goes on. */
import { t } from '../../protocol/l10n';
import { CHUNK, type FileState } from '../../protocol/recordingFile';
import type { Recording } from '../recording';
import type { Page } from '../store/page';
import type { Target } from './bytes';
import { RecordingFileError } from './check';
import { filePrefix, MAX_CHUNK, packChunk, pagesIn } from './chunks';
import { ElementsWriter, FileElements } from './elements';
import { packNotes } from './notes';
import { pack } from './pack';
import { pointer } from './pointer';
import { bytesOf, type Extent, States } from './state';

export interface WriteOptions {
  /** Bytes of contents to store beyond those that nothing can recompute. */
  checkpoints: number;
}

/** What both ways of writing share: chunks go to the end, states say where they lie. */
class Writer {
  protected readonly states: States;
  protected readonly elements: ElementsWriter;
  /** Offsets of pieces in this file. */
  private readonly pieces: number[] = [];
  private readonly chunks: FileState['contents'] = [];
  /** Chunks of contents that a state told of. */
  private told = 0;
  private roots = 0;
  private bookmarks = '[]';

  constructor(
    protected readonly r: Recording,
    protected readonly target: Target,
    written: (chunk: number, ids: number[], offsets: number[]) => void = () => {},
  ) {
    this.states = new States(r);
    this.elements = new ElementsWriter((chunk) => this.append(chunk), written);
    this.append(filePrefix());
  }

  protected append(bytes: Uint8Array): number {
    const at = this.target.size;
    this.target.append(bytes);
    return at;
  }

  protected addContent(id: number): void {
    if (this.elements.has(id)) return;
    const { slabs, file } = this.r;
    const data = this.r.show(id);
    const bytes = data ? bytesOf(data) : (slabs.raw(id) ?? file?.raw(id));
    if (!bytes) return;
    if (bytes.length > MAX_CHUNK) throw new RecordingFileError(t('A tensor of more than 256 MB cannot be saved yet.'));
    this.elements.add(id, bytes);
  }

  /** Contents that nothing can compute again, as far as they came in since the last time. */
  protected addRoots(): void {
    for (; this.roots < this.r.roots.length; this.roots++) this.addContent(this.r.roots.at(this.roots));
  }

  /** Pieces that are not in this file, up to one. `moved`: where one lies now. */
  protected addPieces(to: number, moved: (piece: number, at: number) => void = () => {}): void {
    for (let i = this.pieces.length; i < to; i++) {
      this.pieces.push(this.append(packChunk(CHUNK.pages, this.r.pages.shelf.pieceBytes(i), 6)));
      moved(i, this.pieces[i]);
    }
  }

  /** Says where everything is; where that stands, and its size. */
  protected addState(
    { settled, open }: Pick<Extent, 'settled' | 'open'>,
    flags: Pick<Extent, 'whole' | 'own' | 'ended'>,
  ): { at: number; bytes: number } {
    this.chunks.push(...this.elements.take());
    const contents = flags.whole ? this.chunks : this.chunks.slice(this.told);
    this.told = this.chunks.length;
    const state = this.states.next({ settled, open, pieces: this.pieces, contents, ...flags });
    const bytes = packChunk(CHUNK.state, pack(state), 6);
    return { at: this.append(bytes), bytes: bytes.length };
  }

  /** All pages: those that may still change are written anew with every state. */
  protected get everything(): Pick<Extent, 'settled' | 'open'> {
    const { pages } = this.r;
    return { settled: pages.settled, open: pages.hot.map((page) => pages.shelf.pack(page, false)) };
  }

  /** The bookmarks, if they are others than before. */
  protected addNotes(): boolean {
    const { bookmarks } = this.r;
    const text = JSON.stringify(bookmarks);
    if (text === this.bookmarks) return false;
    this.bookmarks = text;
    this.append(packNotes(bookmarks));
    return true;
  }
}

/** The whole of a recording, into a file of its own. Piece after piece, so that a part of the file shows a part of the run. */
class Copy extends Writer {
  write({ checkpoints }: WriteOptions): void {
    const { r } = this;
    const { shelf, settled, starts } = r.pages;
    shelf.seal();
    // What a file stores is stored again.
    const all = new Set([...r.roots.toArray(), ...spread(r, checkpoints), ...(r.file?.ids() ?? [])]);
    const ids = [...all].sort((a, b) => a - b);
    let next = 0;
    const contentsBefore = (id: number) => {
      while (next < ids.length && ids[next] < id) this.addContent(ids[next++]);
    };
    if (r.pages.count > 1) {
      contentsBefore(starts.value.at(1));
      const first = settled > 0 ? shelf.packed(0) : shelf.pack(r.pages.hot[0], false);
      this.addState({ settled: 0, open: [first] }, { whole: true, own: false, ended: false });
    }
    const pieceOf = shelf.columns.piece;
    for (let piece = 0, page = 0; piece < shelf.pieces.length - 1; piece++) {
      while (page < settled && pieceOf.at(page) <= piece) page++;
      const open = [0, 1, 2].filter((i) => page + i < settled).map((i) => shelf.packed(page + i));
      contentsBefore(starts.value.at(page + open.length));
      this.addPieces(piece + 1);
      this.addState({ settled: page, open }, { whole: false, own: false, ended: false });
    }
    contentsBefore(Number.POSITIVE_INFINITY);
    this.addPieces(shelf.pieces.length);
    const { at } = this.addState(this.everything, { whole: true, own: false, ended: true });
    this.addNotes();
    this.append(pointer(at, this.r.origin.stopped !== undefined));
  }
}

/** Writes a recording; nothing of it is changed. */
export const write = (recording: Recording, target: Target, options: WriteOptions): void =>
  new Copy(recording, target).write(options);

/** Checkpoints that are held, as evenly spread as the bytes allow. */
function spread(r: Recording, bound: number): number[] {
  const held = [...r.checkpoints].filter((id) => r.store.has(id));
  const ids = [...held, ...r.slabs.contents()];
  const total = held.reduce((sum, id) => sum + r.store.get(id)!.byteLength, r.slabs.bytes);
  let spacing = 1;
  while (total / spacing > bound && spacing < r.pages.count) spacing *= 2;
  return bound > 0 ? ids.filter((id) => r.pages.indexOf('value', id) % spacing === 0) : [];
}

/** Milliseconds between two writes, at least; and how much of the time they may take. */
const EVERY = 900;
const SHARE = 0.1;
/** A whole state when those since the last one are larger than this, and than it. */
const LARGE = 1 << 20;
/** What may be between two checkpoints of a file, in microseconds of replay, about: at first, and an op, and an element. */
const APART = 8_000;
const OP = 6;
const ELEMENT = 0.01;
/** A replay as long as this is not noticed. */
const NOTICED = 30_000;
/** Bytes of checkpoints after which they are kept half as often: where a longer replay would not be noticed, and where it would. */
const THIN = 8 * 1024 * 1024;
const THIN_LATER = 32 * 1024 * 1024;

/**
 * Writes a run down while it goes on. What is in the file is not kept in memory, but read again when somebody asks. A failure (a full disk)
 * ends the writing, not the run.
 */
export class RunWriter extends Writer {
  /** Why nothing is written any more; null as long as it is. */
  failure: string | null = null;
  /** Called once, when writing ends for a failure. */
  onFailure: (text: string) => void = () => {};
  private last = Date.now();
  private pause = EVERY;
  private sinceWhole = 0;
  private whole = 0;
  /** Ticks that the last state told of; and where that lies, if the run was over. */
  private ticks = 0;
  private end = -1;
  private readonly file: FileElements;
  private readonly checkpoints = new Checkpoints();
  private readonly pages = pagesIn(this.target);

  constructor(
    recording: Recording,
    target: Target,
    private readonly name: string,
  ) {
    const file = new FileElements(target);
    super(recording, target, (...placed) => file.add(...placed));
    recording.file = this.file = file;
    this.addState(this.everything, { whole: true, own: true, ended: false });
    recording.pages.onSettled = (page) => this.attempt(() => this.settled(page));
  }

  /** Writes what is new, if that has not been done for a second. Costs a look at the clock where it has. */
  tick(): void {
    const now = Date.now();
    if (now - this.last >= this.pause) this.flush();
  }

  /** Writes what is new. */
  flush(): void {
    const begun = Date.now();
    if (this.r.ticks > this.ticks) this.attempt(() => this.add(false));
    this.last = Date.now();
    this.pause = Math.max(EVERY, (this.last - begun) / SHARE);
  }

  /** The run is over, or saved as far as it is: the file is whole. */
  finish(): void {
    this.attempt(() => {
      if (this.r.ticks > this.ticks || this.end < 0) return this.add(true);
      if (this.addNotes()) this.append(pointer(this.end, this.stopped));
      this.target.sync();
    });
  }

  /** The same for somebody who waits for it: the file's bytes, or why there is no whole file. */
  save(): number {
    this.finish();
    if (this.failure !== null) throw new RecordingFileError(this.failure);
    return this.target.size;
  }

  private get stopped(): boolean {
    return this.r.origin.stopped !== undefined;
  }

  private add(ended: boolean): void {
    const { shelf } = this.r.pages;
    this.addRoots();
    shelf.seal();
    this.addPieces(shelf.pieces.length, (piece, at) => shelf.written(piece, this.pages, at));
    const whole = ended || this.sinceWhole > Math.max(LARGE, 2 * this.whole);
    const { at, bytes } = this.addState(this.everything, { whole, own: true, ended });
    this.end = ended ? at : -1;
    this.ticks = this.r.ticks;
    if (whole) {
      this.whole = bytes;
      this.sinceWhole = 0;
    } else this.sinceWhole += bytes;
    this.addNotes();
    if (ended) this.append(pointer(at, this.stopped));
    this.target.sync();
  }

  private settled(page: Page): void {
    this.addRoots();
    for (const id of this.checkpoints.of(this.r, page, this.elements.bytes)) this.addContent(id);
  }

  private attempt(work: () => void): void {
    if (this.failure !== null) return;
    try {
      work();
    } catch (error) {
      this.file.complete = false;
      this.failure = t('{0} is not whole: {1}.', this.name, reasonOf(error));
      const there = t(
        'The recording is no longer written: {0} What it holds, up to tick {1}, can be opened.',
        this.failure,
        this.ticks,
      );
      this.onFailure(t('{0} The script runs on.', there));
    }
  }
}

/** Words of the system, in ours. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return t('there is no space left on the disk');
  return message;
}

/** Which contents a file needs so that replay never has far to go: those that cross an iteration's edge, at edges that lie well apart. */
class Checkpoints {
  /** By storage: the latest content that a later iteration used. */
  private readonly crossing = new Map<number, number>();
  private cost = 0;
  private bytes = 0;
  private apart = APART;

  of(r: Recording, page: Page, written: number): number[] {
    for (const [storage, changes] of page.contents.of) {
      const { id } = changes[changes.length - 1].value;
      if (r.isCheckpoint(id)) this.crossing.set(storage, id);
    }
    this.cost += page.records.length * OP + page.values.reduce((n, v) => n + v.length, 0) * ELEMENT;
    if (this.cost < this.apart) return [];
    this.cost = 0;
    const ids = [...this.crossing.values()];
    this.crossing.clear();
    if (written - this.bytes > (this.apart < NOTICED ? THIN : THIN_LATER)) {
      this.bytes = written;
      this.apart *= 2;
    }
    return ids;
  }
}
