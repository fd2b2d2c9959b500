/** What makes a recorded run the same again: data of a stranger, each part checked before anything is run from it. */

import { KERNEL_PATHS, type KernelPath } from '../../engine/wasm/kernels';
import type { AppliedEdit, Origin } from '../../protocol/branch';
import { Damage, fields, list, text, whole } from './check';

function pathOf(v: unknown): KernelPath {
  const found = KERNEL_PATHS.find((path) => path === v);
  if (!found) throw new Damage('its origin');
  return found;
}

export function originOf(json: string): Origin {
  let found: unknown;
  try {
    found = JSON.parse(json);
  } catch {
    throw new Damage('its origin');
  }
  const o = fields(found, 'its origin');
  const said = (v: unknown) => text(v, 'its origin');
  const count = (v: unknown) => whole(v, 'its origin', -1);
  const entropy = said(o.entropy);
  if (!/^[0-9a-f]{0,64}$/.test(entropy)) throw new Damage('its origin');
  const left = o.left === null ? null : fields(o.left, 'its origin');
  return {
    entropy,
    args: list(o.args, 'its origin').map(said),
    ...(o.seed === undefined ? {} : { seed: whole(o.seed, 'its origin', 0) }),
    ...(o.stopped === undefined ? {} : { stopped: whole(o.stopped, 'its origin', 0) }),
    ...(o.kernels === undefined ? {} : { kernels: pathOf(o.kernels) }),
    folder: said(o.folder),
    edits: list(o.edits, 'its origin').map((row): AppliedEdit => {
      const e = fields(row, 'its origin');
      const at = { after: count(e.after), frame: count(e.frame), ...(e.sought === true ? { sought: true } : {}) };
      return e.code === undefined
        ? { target: said(e.target), value: said(e.value), ...at }
        : { code: said(e.code), ...at };
    }),
    left: left && { tick: count(left.tick), iteration: count(left.iteration), text: said(left.text) },
  };
}
