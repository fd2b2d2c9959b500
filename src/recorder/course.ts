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
    return this.passes[this.passes.length - 1] ?? null;
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
    const { frames } = this.recording;
    const parent = frames.get(frame)?.parent ?? null;
    if (parent === null) return;
    this.frame = parent;
    const last = frames.get(parent)?.last ?? -1;
    if (last >= 0) this.site = this.recording.site.at(last);
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
    const { iterations } = this.recording;
    const current = iterations[iterations.length - 1];
    if (this.phase !== FORWARD && this.pass === null && current.backward >= 0) {
      const start = this.firstLineSince(current.update);
      iterations.push({ start, backward: -1, update: -1, loss: null, root: -1 });
      for (let t = start; t < this.recording.ticks; t++) this.recording.phase.set(t, FORWARD);
      this.tentative = !this.updated;
      this.memory.iterationEnded(this.recording, iterations.length - 2);
    }
    if (this.pass === null) this.phase = FORWARD;
  }

  /** The tick of the outermost call's line that led here and began at or after `since`: `zhat = net(X)`, not a line of forward(). */
  private firstLineSince(since: number): number {
    const { frames } = this.recording;
    let first = this.recording.ticks;
    for (let f = frames.get(this.frame); f; f = f.parent === null ? undefined : frames.get(f.parent))
      if (f.last >= since) first = Math.min(first, f.last);
    return first;
  }

  /** Does this `.grad` still hold what an earlier backward pass put there (nobody zeroed it since)? */
  private addsToEarlierGradient(grad: Arg): boolean {
    if (!(grad instanceof Tensor)) return false;
    const made = this.recording.storages.get(grad.storage.id)?.latest?.producer;
    const pass = made && this.recording.passAt(made.tick);
    return pass?.kind === 'backward' && pass !== this.pass;
  }

  /** Gradients were added to those of the iteration before: it goes on (gradient accumulation). */
  private mergeIteration(): void {
    this.tentative = false;
    const { iterations } = this.recording;
    const last = iterations.pop()!;
    const before = iterations[iterations.length - 1];
    before.update = -1;
    before.loss = last.loss;
    before.root = last.root;
  }

  /** backward() begins on a tensor; `loss` is its value if it is a scalar. */
  beginBackward(root: number, loss: number | null): void {
    const { iterations } = this.recording;
    const current = iterations[iterations.length - 1];
    this.phase = BACKWARD;
    if (current.backward < 0) current.backward = this.recording.ticks;
    current.root = root;
    if (loss !== null) current.loss = loss;
    this.openPass('backward', 'backward()', -1, root);
  }

  /** backward() or an optimizer's step() begins, on the line that is running. */
  openPass(kind: PassRecord['kind'], label: string, optimizer: number, root: number): void {
    const { passes, ticks } = this.recording;
    const { frame, site } = this;
    const pass = {
      index: passes.length,
      kind,
      label,
      start: ticks,
      end: Number.POSITIVE_INFINITY,
      frame,
      site,
      optimizer,
      root,
    };
    passes.push(pass);
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
    const { iterations, ticks } = this.recording;
    iterations[iterations.length - 1].update = ticks;
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
