/** A Python value as it is written down at a tick: enough to show it again, never more than is bounded. */
export type RecordedValue =
  /** int, float, str, bool, None, complex, bytes …: `repr` is exact, unless `cut` says that it was shortened. */
  | { k: 'prim'; type: string; repr: string; cut?: boolean }
  /** A tensor by the engine's id: its elements come from the recording. `type` is the Python class: `Tensor`, `Parameter`. */
  | { k: 'tensor'; id: number; type: string }
  | { k: 'module'; id: number; type: string; training?: boolean }
  /** Anything else. `items` are [accessor, value]: `[0]`, `['key']`, `.name`; the first of them only, if `cut`. */
  | { k: 'object'; type: string; repr: string; length?: number; items?: [string, RecordedValue][]; cut?: boolean };

/** Changes of a frame's names at a line: null where a name is gone. */
export type LocalsDelta = Record<string, RecordedValue | null>;
