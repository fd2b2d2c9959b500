/** What a user calls a tensor or a module: the module's path, else the script's variable. */
import type { LocalsDelta, RecordedValue } from '../../protocol/recorded';
import type { FrameRecord, Recording } from '../recording';
import type { Page } from '../store/page';

/** Names that a frame gave, first come first kept: a tensor is known by the name it got when it was made. */
interface FrameNames {
  read: number;
  tensors: Map<number, string>;
}

/** The names of one recording. Locals are parsed once, frame by frame, when somebody asks for a name in that frame. */
export class Names {
  private static readonly all = new WeakMap<Recording, Names>();
  private readonly pages = new WeakMap<Page, Map<number, FrameNames>>();
  private owners = new Map<number, { path: string; name: string }>();
  private byName = new Map<string, number>();
  private readonly paths = new Map<number, string>();
  private ownersAt = -1;
  private roots = new Map<number, string>();

  static of(recording: Recording): Names {
    let names = Names.all.get(recording);
    if (!names) Names.all.set(recording, (names = new Names(recording)));
    return names;
  }

  private constructor(private readonly r: Recording) {}

  /** `linear1.weight`: a tensor that a module owns, with the module's path. */
  owner(tensor: number): { path: string; name: string } | null {
    this.refresh();
    return this.owners.get(tensor) ?? null;
  }

  /** The tensor that owner() names so; of a network made anew, the newest. Null if there is none. */
  tensorNamed(name: string): number | null {
    this.refresh();
    return this.byName.get(name) ?? null;
  }

  /** `linear1`, `netD.block.0`; '' for the one root module there is, or for no module at all. */
  modulePath(id: number): string {
    this.refresh();
    return this.pathOf(id);
  }

  private pathOf(id: number): string {
    const known = this.paths.get(id);
    if (known !== undefined) return known;
    const { modules } = this.r;
    const names: string[] = [];
    let m = modules.get(id);
    for (; m && m.parent !== null; m = modules.get(m.parent)) names.unshift(m.name);
    const root = m && this.roots.get(m.id);
    if (root) names.unshift(root);
    const path = names.join('.');
    this.paths.set(id, path);
    return path;
  }

  /** The variable that holds a tensor, seen from a tick: of the outermost frame for inputs, the innermost one for results. */
  variable(tensor: number, tick: number, from: 'outer' | 'inner' = 'outer'): string | null {
    const chain = this.chain(tick);
    if (from === 'outer') chain.reverse();
    for (const frame of chain) {
      for (const page of this.r.namings(frame.id, tensor)) {
        const name = this.read(page, frame.id).tensors.get(tensor);
        if (name) return name;
      }
    }
    return null;
  }

  /** The best name there is, or null. */
  tensor(tensor: number, tick: number, from: 'outer' | 'inner' = 'outer'): string | null {
    const owner = this.owner(tensor);
    if (owner) return owner.path ? `${owner.path}.${owner.name}` : owner.name;
    return this.variable(tensor, tick, from);
  }

  private chain(tick: number): FrameRecord[] {
    const { r } = this;
    const chain: FrameRecord[] = [];
    if (tick < 0 || tick >= this.r.ticks) return chain;
    for (let f = r.frame(r.frameAt(tick)); f; f = f.parent === null ? undefined : r.frame(f.parent)) chain.push(f);
    return chain;
  }

  private read(page: Page, frame: number): FrameNames {
    let frames = this.pages.get(page);
    if (!frames) this.pages.set(page, (frames = new Map()));
    let known = frames.get(frame);
    if (!known) frames.set(frame, (known = { read: 0, tensors: new Map() }));
    const deltas = page.names.of.get(frame) ?? [];
    for (; known.read < deltas.length; known.read++) {
      const delta = JSON.parse(deltas[known.read].value) as LocalsDelta;
      for (const [name, value] of Object.entries(delta)) if (value) note(known, name, value);
    }
    return known;
  }

  /** Modules may be added, and become parts of others, at any time; their number tells. */
  private refresh(): void {
    const { modules, modulesKnown } = this.r;
    if (modulesKnown === this.ownersAt) return;
    this.ownersAt = modulesKnown;
    this.paths.clear();
    this.nameRoots();
    this.owners = new Map();
    for (const m of modules.values())
      for (const owned of [m.parameters, m.buffers])
        for (const [name, id] of owned)
          if (!this.owners.has(id)) this.owners.set(id, { path: this.pathOf(m.id), name });
    this.byName = new Map([...this.owners].map(([id, { path, name }]) => [path ? `${path}.${name}` : name, id]));
  }

  /** Two networks in one script (a GAN's) are told apart by their variables; one alone needs no prefix. */
  private nameRoots(): void {
    const { modules } = this.r;
    this.roots = new Map();
    const roots = [...modules.values()].filter(
      (m) =>
        m.parent === null &&
        (m.parameters.size > 0 || [...m.children.values()].some((c) => modules.get(c)?.parent === m.id)),
    );
    if (roots.length < 2) return;
    const variables = this.r.moduleNames();
    const nameOf = (root: { id: number; type: string }) => variables.get(root.id) ?? root.type;
    // One variable that held several networks, one after the other, needs no prefix either.
    if (new Set(roots.map(nameOf)).size > 1) for (const root of roots) this.roots.set(root.id, nameOf(root));
    // Variables are known a line later than their modules: look again until every root has one.
    if (roots.some((root) => !variables.has(root.id))) this.ownersAt = -1;
  }
}

/** A tensor inside a list or tuple is called by its place: `batch[0]`. */
function note(names: FrameNames, name: string, value: RecordedValue): void {
  const put = (map: Map<number, string>, id: number, text: string) => {
    if (!map.has(id) && !text.startsWith('__')) map.set(id, text);
  };
  if (value.k === 'tensor') put(names.tensors, value.id, name);
  else if (value.k === 'object')
    for (const [accessor, item] of value.items ?? [])
      if (item.k === 'tensor') put(names.tensors, item.id, `${name}${accessor}`);
}
