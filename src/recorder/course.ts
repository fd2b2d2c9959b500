/** Where a run is: the line, the phase, the iteration, and the backward() or step() that is running. */
import type { Arg } from '../engine/op';
import { Tensor } from '../engine/tensor';
import type { Memory } from './memory';
import type { PassRecord, Recording } from './recording';

/** Numbers of recording.ts's PHASES. */
const FORWARD = 0;
const BACKWARD = 1;
const UPDATE = 2;

export class Course {
  /** The frame and the line (index into sites) that are running; -1 before the first. */
  frame = -1;
  site = -1;
  phase = FORWARD;
  /** Innermost last: an optimizer's closure may call backward(). */
  private readonly passes: PassRecord[] = [];
  /** The iteration began tentatively: if gradients add to the last one's, it is part of that. */
  private tentative = false;
  /** Was a weight written since the last backward pass? Then the next forward pass is a new iteration for certain. */
  private updated = false;
  private readonly siteIndex = new Map<string, number>();

  constructor(
    private readonly recording: Recording,
    private readonly memory: Memory,
  ) {}

  get pass(): PassRecord | null {
    // Index -1, which an empty array has not, is a name to V8, and looked for as such.
    return this.passes.length === 0 ? null : this.passes[this.passes.length - 1]!;
  }

  get inBackward(): boolean {
    return this.pass?.kind === 'backward';
  }

  /** A line is about to run. */
  enterLine(frame: number, path: string, line: number): void {
    this.frame = frame;
    this.site = this.siteOf(path, line);
  }

  /** Back in the caller: what runs now, until its next line, belongs to the line that made the call. */
  leaveFrame(frame: number): void {
    const parent = this.recording.frame(frame)?.parent ?? null;
    if (parent === null) return;
    this.frame = parent;
    const last = this.recording.frame(parent)?.last ?? -1;
    if (last >= 0) this.site = this.recording.siteAt(last);
  }

  /** A weight was written. */
  weightWritten(): void {
    this.updated = true;
  }

  /** A gradient is about to be added in place: to one of the iteration before? Then the two are one. */
  addsInPlace(grad: Arg): void {
    if (this.tentative && this.addsToEarlierGradient(grad)) this.mergeIteration();
  }

  /** An op that autograd follows ran outside of backward(): a forward pass. After a backward pass it begins the next iteration. */
  gradLinked(): void {
    const r = this.recording;
    const current = r.lastIteration;
    if (this.phase !== FORWARD && this.pass === null && current.backward >= 0) {
      const start = this.firstLineSince(current.update);
      r.addIteration({ start, backward: -1, update: -1, loss: null, root: -1 });
      for (let t = start; t < r.ticks; t++) r.pages.setPhase(t, FORWARD);
      this.tentative = !this.updated;
      r.pages.begin();
      this.memory.edge();
    }
    if (this.pass === null) this.phase = FORWARD;
  }

  /** The tick of the outermost call's line that led here and began at or after `since`: `zhat = net(X)`, not a line of forward(). */
  private firstLineSince(since: number): number {
    const r = this.recording;
    let first = r.ticks;
    for (let f = r.frame(this.frame); f; f = f.parent === null ? undefined : r.frame(f.parent))
      if (f.last >= since) first = Math.min(first, f.last);
    return first;
  }

  /** Does this `.grad` still hold what an earlier backward pass put there (nobody zeroed it since)? */
  private addsToEarlierGradient(grad: Arg): boolean {
    if (!(grad instanceof Tensor)) return false;
    const r = this.recording;
    const made = r.contentAt(grad.storage.id, r.ticks)?.producer;
    const pass = made && r.passAt(made.tick);
    return pass?.kind === 'backward' && pass.index !== this.pass?.index;
  }

  /** Gradients were added to those of the iteration before: it goes on (gradient accumulation). */
  private mergeIteration(): void {
    this.tentative = false;
    const r = this.recording;
    const { loss, root } = r.lastIteration;
    r.dropIteration();
    r.setIteration(r.iterationCount - 1, { update: -1, loss, root });
  }

  /** backward() begins on a tensor; `loss` is its value if it is a scalar. */
  beginBackward(root: number, loss: number | null): void {
    const r = this.recording;
    this.phase = BACKWARD;
    const known = {
      ...(r.lastIteration.backward < 0 ? { backward: r.ticks } : {}),
      ...(loss === null ? {} : { loss }),
    };
    r.setIteration(r.iterationCount - 1, { ...known, root });
    this.openPass('backward', 'backward()', -1, root);
  }

  /** backward() or an optimizer's step() begins, on the line that is running. */
  openPass(kind: PassRecord['kind'], label: string, optimizer: number, root: number): void {
    const { passCount, pages, ticks } = this.recording;
    const { frame, site } = this;
    const pass = {
      index: passCount,
      kind,
      label,
      start: ticks,
      end: Number.POSITIVE_INFINITY,
      frame,
      site,
      optimizer,
      root,
    };
    pages.addPass(pass);
    this.passes.push(pass);
    if (kind === 'step') this.phase = UPDATE;
  }

  closePass(): void {
    const pass = this.passes.pop();
    if (!pass) return;
    pass.end = this.recording.ticks;
    if (pass.kind !== 'backward') return;
    this.tentative = false;
    this.updated = false;
    this.phase = UPDATE;
    const r = this.recording;
    r.setIteration(r.iterationCount - 1, { update: r.ticks });
  }

  private siteOf(path: string, line: number): number {
    const key = `${path}:${line}`;
    let index = this.siteIndex.get(key);
    if (index === undefined) {
      index = this.recording.sites.length;
      this.siteIndex.set(key, index);
      this.recording.sites.push({ path, line });
    }
    return index;
  }
}
