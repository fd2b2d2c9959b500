"""Writes src/engine/numpy/random/ziggurat.ts: the tables of numpy's ziggurats, as they lie in its own library (needs numpy 2.4).

They cannot be computed anew: numpy's were made in doubles, whose roundings add up, and draws agree only with the very same numbers.
"""
import base64
import glob
import math
import pathlib
import struct
import textwrap

import numpy

library = pathlib.Path(glob.glob(numpy.__path__[0] + '/random/_generator*.so')[0]).read_bytes()


def tables(second, last):
    """f, w and k of the ziggurat whose f begins with 1, `second` and ends near `last`."""
    at = -1
    while (at := library.find(struct.pack('<d', 1.0), at + 1)) >= 0:
        f = struct.unpack('<256d', library[at:at + 2048]) if at + 2048 <= len(library) else ()
        if f and math.isclose(f[1], second, rel_tol=1e-12) and math.isclose(f[255], last, rel_tol=1e-12):
            return library[at:at + 3 * 2048]
    raise SystemExit('not found: another numpy?')


def text(raw):
    return " +\n".join(f"  '{line}'" for line in textwrap.wrap(base64.b64encode(raw).decode(), 112))


normal = tables(0.9771017012676717, math.exp(-3.6541528853610088 ** 2 / 2))
exponential = tables(0.9381436808621747, math.exp(-7.69711747013104972))
pathlib.Path('src/engine/numpy/random/ziggurat.ts').write_text(f'''/**
 * The tables of the ziggurats that numpy draws normal and exponential numbers with: f, w (doubles) and k (64-bit integers), 256 each.
 * Made by test/golden/numpy/ziggurat.py out of numpy 2.4 (BSD 3-clause, Copyright (c) 2005-2025, NumPy Developers).
 */
const NORMAL =
{text(normal)};

const EXPONENTIAL =
{text(exponential)};

export interface Ziggurat {{
  f: Float64Array;
  w: Float64Array;
  /** As doubles: none is above 2**53. */
  k: Float64Array;
}}

function read(packed: string): Ziggurat {{
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)).buffer;
  return {{
    f: new Float64Array(bytes, 0, 256),
    w: new Float64Array(bytes, 2048, 256),
    k: Float64Array.from(new BigUint64Array(bytes, 4096, 256), Number),
  }};
}}

const known: Record<string, Ziggurat> = {{}};
export const normalZiggurat = (): Ziggurat => (known.normal ??= read(NORMAL));
export const exponentialZiggurat = (): Ziggurat => (known.exponential ??= read(EXPONENTIAL));
''')
