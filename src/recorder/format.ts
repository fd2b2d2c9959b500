/** Numbers and tensors in a line, for variables, hovers and inline values. */
import { type Data, type DType, isComplex, isHalf, realType } from '../engine/dtype';
import { roundHalf } from '../engine/half';
import type { Stats } from '../protocol/views';

/** About four significant digits, as short as it gets: 0.0098, 99.99, 1.2e-7. */
export function short(v: number): string {
  if (Number.isNaN(v)) return 'nan';
  if (!Number.isFinite(v)) return v > 0 ? 'inf' : '-inf';
  if (Number.isInteger(v) && Math.abs(v) < 1e7) return String(v);
  const a = Math.abs(v);
  if (a >= 1e6 || a < 1e-4) return v.toExponential(2).replace('e+', 'e');
  return String(Number(v.toPrecision(4)));
}

/** One element as Python prints it: all digits of its dtype. */
export function exact(data: Data, index: number, dtype: DType): string {
  if (isComplex(dtype)) return complexText(data as Float64Array, index, realType(dtype));
  const v = data[index];
  if (dtype === 'bool') return v ? 'True' : 'False';
  if (typeof v === 'bigint' || dtype.startsWith('int') || dtype === 'uint8') return String(v);
  if (Number.isNaN(v)) return 'nan';
  if (!Number.isFinite(v)) return v > 0 ? 'inf' : '-inf';
  const text = dtype === 'float64' ? String(v) : shortest(v, isHalf(dtype) ? (x) => roundHalf(x, dtype) : Math.fround);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** `(1-2j)`, as Python prints a complex number. */
function complexText(data: Float64Array, index: number, part: DType): string {
  const [re, im] = [exact(data, 2 * index, part), exact(data, 2 * index + 1, part)].map((v) => v.replace(/\.0$/, ''));
  return `(${re}${im.startsWith('-') ? '' : '+'}${im}j)`;
}

/** The shortest decimal that reads back as the same number of a dtype, which `round` rounds to. */
function shortest(v: number, round: (x: number) => number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = Number(v.toPrecision(digits));
    if (round(text) === v) return String(text);
  }
  return String(v);
}

/** `0.0098…99.99  mean 50.2`, with what is wrong first. */
export function statsText(s: Stats): string {
  if (s.count === 0) return 'empty';
  const bad = [s.nan ? `${s.nan} nan` : '', s.inf ? `${s.inf} inf` : ''].filter(Boolean).join(', ');
  if (s.min === null || s.max === null || s.mean === null) return bad;
  return `${bad ? `${bad}  ` : ''}${short(s.min)}…${short(s.max)}  mean ${short(s.mean)}`;
}

/** The text of a Python string's repr. */
export function unquote(repr: string): string {
  return repr
    .slice(1, -1)
    .replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)/g, (_, e: string) =>
      e === 'n'
        ? '\n'
        : e === 't'
          ? '\t'
          : e === 'r'
            ? '\r'
            : /^[xuU]/.test(e)
              ? String.fromCodePoint(Number.parseInt(e.slice(1), 16))
              : e,
    );
}

/** A float as Python writes it. */
export function floatText(v: number): string {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? 'nan' : v < 0 ? '-inf' : 'inf';
  const size = Math.abs(v);
  if (v === 0) return Object.is(v, -0) ? '-0.0' : '0.0';
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(v) ? `${v}.0` : String(v);
  const [digits, power] = v.toExponential().split('e');
  return `${digits}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}
