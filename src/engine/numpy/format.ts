/**
 * Numbers as numpy prints them: as many digits as tell a number from its neighbours of the same dtype, at most `precision` after the point,
 * all elements of an array aligned. Rules: numpy's documentation of set_printoptions and array2string, format_float_positional and _scientific.
 */
import { type Data, DTYPES, type DType, isComplex, isHalf } from '../dtype';
import { roundHalf } from '../half';

export interface PrintOptions {
  precision: number;
  /** `unique`, `maxprec`, `fixed`, `maxprec_equal` */
  floatmode: string;
  suppress: boolean;
  /** `-`, `+` or a space */
  sign: string;
  nanstr: string;
  infstr: string;
}

/** Shortest `d.ddde±x` that reads back as the same number of its dtype; v is finite and not negative. */
function shortest(v: number, dtype: DType): string {
  if (dtype === 'float64') return v.toExponential();
  const back = isHalf(dtype) ? (x: number) => roundHalf(x, dtype) : Math.fround;
  for (let p = 0; p < 10; p++) {
    const text = v.toExponential(p);
    if (back(Number(text)) === v) return text.replace(/\.?0*e/, 'e');
  }
  return v.toExponential();
}

/** A number that lies in the middle of two decimals goes to the even one; JavaScript takes the larger. */
function evenTie(rounded: string, exact: string, at: number): string {
  const rest = exact.slice(at);
  if (!/^50*$/.test(rest)) return rounded;
  const down = exact.slice(0, at);
  return '02468'.includes(down[down.length - 1]) ? down : rounded;
}

/** v with `digits` after the point, to the nearest. */
function fixed(v: number, digits: number): string {
  const d = Math.min(digits, 100);
  if (v >= 1e21) return BigInt(v).toString() + (d ? `.${'0'.repeat(d)}` : '');
  const text = v.toFixed(d);
  if (d > 60) return text;
  const exact = v.toFixed(Math.min(d + 40, 100));
  const point = exact.indexOf('.');
  if (d === 0) return /\.50*$/.test(exact) ? evenTie(text, exact.replace('.', ''), point) : text;
  return evenTie(text, exact, point + 1 + d);
}

/** v as `d.ddde±x` with `digits` after the point, to the nearest. */
function scientific(v: number, digits: number): string {
  const d = Math.min(digits, 100);
  const text = v.toExponential(d);
  if (d > 60) return text;
  const [mantissa, power] = v.toExponential(Math.min(d + 40, 100)).split('e');
  const at = d === 0 ? 1 : d + 2;
  const exact = d === 0 ? mantissa.replace('.', '') : mantissa;
  if (!/^50*$/.test(exact.slice(at))) return text;
  const down = exact.slice(0, at);
  return '02468'.includes(down[down.length - 1]) ? `${down}e${power}` : text;
}

/** Digits of a `d.ddde±x` without the point, and its exponent. */
function parts(text: string): [digits: string, exponent: number] {
  const [mantissa, power] = text.split('e');
  return [mantissa.replace('.', ''), Number(power)];
}

/** The shortest digits written out in full: `123.45`, `0.00012`, with a point. */
function writtenOut(v: number, dtype: DType): string {
  const [digits, exponent] = parts(shortest(v, dtype));
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${whole}.${digits.slice(exponent + 1)}`;
}

export interface Shape {
  /** Most digits after the point; -1: as many as there are. */
  precision: number;
  minDigits: number;
  unique: boolean;
  /** `k` keeps zeros, `.` trims them, `0` leaves one, `-` takes the point too. */
  trim: string;
  plus: boolean;
  padLeft: number;
  padRight: number;
  expDigits: number;
}

export const PLAIN: Shape = {
  precision: -1,
  minDigits: 0,
  unique: true,
  trim: '.',
  plus: false,
  padLeft: 0,
  padRight: 0,
  expDigits: 0,
};

const signOf = (x: number, plus: boolean) => (x < 0 || Object.is(x, -0) ? '-' : plus ? '+' : '');

function trimmed(text: string, trim: string): string {
  if (trim === 'k' || !text.includes('.')) return text;
  const bare = text.replace(/0+$/, '');
  if (trim === '-') return bare.replace(/\.$/, '');
  return trim === '0' && bare.endsWith('.') ? `${bare}0` : bare;
}

/** np.format_float_positional. */
export function positional(x: number, dtype: DType, s: Shape): string {
  const v = Math.abs(x);
  let text = writtenOut(v, dtype);
  const point = () => text.length - 1 - text.indexOf('.');
  if (!s.unique) text = fixed(v, s.precision);
  else if (s.precision >= 0 && point() > s.precision) text = fixed(v, s.precision);
  else if (point() < s.minDigits) text = fixed(v, s.minDigits);
  if (!text.includes('.')) text += '.';
  if (s.trim === 'k') text = text.padEnd(text.indexOf('.') + 1 + Math.max(s.precision, 0), '0');
  text = trimmed(text, s.trim);
  text = signOf(x, s.plus) + text;
  const at = text.includes('.') ? text.indexOf('.') : text.length;
  text = ' '.repeat(Math.max(0, s.padLeft - at)) + text;
  const after = text.includes('.') ? text.length - text.indexOf('.') - 1 : -1;
  return text + ' '.repeat(Math.max(0, s.padRight - after));
}

/** np.format_float_scientific. */
export function exponential(x: number, dtype: DType, s: Shape): string {
  const v = Math.abs(x);
  let text = shortest(v, dtype);
  const digits = () => Math.max(0, text.indexOf('e') - 2);
  if (!s.unique) text = scientific(v, s.precision);
  else if (s.precision >= 0 && digits() > s.precision) text = scientific(v, s.precision);
  else if (digits() < s.minDigits) text = scientific(v, s.minDigits);
  let [mantissa, power] = text.split('e');
  if (!mantissa.includes('.')) mantissa += '.';
  mantissa = trimmed(mantissa, s.trim);
  const e = power.slice(1).padStart(Math.max(2, s.expDigits), '0');
  const out = signOf(x, s.plus) + mantissa;
  const at = out.includes('.') ? out.indexOf('.') : out.length;
  return `${' '.repeat(Math.max(0, s.padLeft - at))}${out}e${power[0]}${e}`;
}

/** How one number alone is written: str() of a numpy float. */
export function scalarText(x: number, dtype: DType): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x < 0 ? '-inf' : 'inf';
  const v = Math.abs(x);
  if (v === 0 || (v >= 1e-4 && v < (dtype === 'float64' ? 1e16 : cutoff(dtype))))
    return positional(x, dtype, { ...PLAIN, trim: '0' });
  return exponential(x, dtype, { ...PLAIN, trim: '-' });
}

/** 10 to the number of decimals that a dtype holds, but not more than 8. */
const cutoff = (d: DType) => (d === 'float16' ? 1e3 : d === 'float32' ? 1e6 : 1e8);

const largest = (lengths: number[]) => lengths.reduce((a, b) => Math.max(a, b), 0);

/** A function that writes each number of an array, all of them aligned. */
export function floatFormat(data: ArrayLike<number>, dtype: DType, o: PrintOptions): (x: number) => string {
  const finite = Array.from(data).filter(Number.isFinite);
  const sizes = finite.map(Math.abs).filter((v) => v !== 0);
  let exponent = false;
  if (sizes.length) {
    const max = sizes.reduce((a, b) => Math.max(a, b));
    const min = sizes.reduce((a, b) => Math.min(a, b));
    const ratio = dtype === 'float64' ? max / min : Math.fround(max / min);
    exponent = max >= cutoff(dtype) || (!o.suppress && (min < 0.0001 || ratio > 1000));
  }
  const precision = o.floatmode === 'unique' ? -1 : o.precision;
  const plus = o.sign === '+';
  const s: Shape = { ...PLAIN, plus };
  const pass = { ...PLAIN, precision, plus };
  if (o.floatmode === 'fixed') Object.assign(pass, { trim: 'k', unique: false });
  if (finite.length === 0) Object.assign(s, { padLeft: 0, padRight: 0 });
  else if (exponent) {
    const texts = finite.map((x) => exponential(x, dtype, pass).split('e'));
    s.unique = pass.unique;
    s.expDigits = largest(texts.map(([, e]) => e.length)) - 1;
    s.precision = s.minDigits = largest(texts.map(([m]) => m.split('.')[1].length));
    s.trim = 'k';
    s.padLeft = largest(texts.map(([m]) => m.split('.')[0].length));
    s.padRight = s.expDigits + 2 + s.precision;
  } else {
    const texts = finite.map((x) => positional(x, dtype, pass).split('.'));
    s.unique = pass.unique;
    s.padLeft = largest(texts.map(([m]) => m.length));
    s.padRight = largest(texts.map(([, f]) => f.length));
    s.precision = precision;
    if (o.floatmode === 'fixed' || o.floatmode === 'maxprec_equal') {
      s.precision = s.minDigits = s.padRight;
      s.trim = 'k';
    }
  }
  if (o.sign === ' ' && !finite.some((x) => x < 0 || Object.is(x, -0))) s.padLeft++;
  if (finite.length !== data.length) {
    const negative = o.sign !== '-' || Array.from(data).some((x) => x === -Infinity) ? 1 : 0;
    const offset = s.padRight + 1;
    s.padLeft = Math.max(s.padLeft, o.nanstr.length - offset, o.infstr.length + negative - offset);
  }
  const write = exponent ? exponential : positional;
  return (x) => {
    if (Number.isFinite(x)) return write(x, dtype, s);
    const text = Number.isNaN(x) ? (plus ? '+' : '') + o.nanstr : (x < 0 ? '-' : plus ? '+' : '') + o.infstr;
    return text.padStart(s.padLeft + s.padRight + 1);
  };
}

/** Every element of an array as numpy prints it, aligned. */
export function texts(values: Data, dtype: DType, rank: number, o: PrintOptions): string[] {
  if (isComplex(dtype)) {
    const real = Array.from(values as Float64Array).filter((_, i) => i % 2 === 0);
    const imag = Array.from(values as Float64Array).filter((_, i) => i % 2 === 1);
    const part = dtype === 'complex64' ? 'float32' : 'float64';
    const [first, second] = [floatFormat(real, part, o), floatFormat(imag, part, { ...o, sign: '+' })];
    return real.map((re, i) => {
      const im = second(imag[i]);
      const end = im.trimEnd();
      return `${first(re)}${end}j${' '.repeat(im.length - end.length)}`;
    });
  }
  const { kind } = DTYPES[dtype];
  if (kind === 'float') return Array.from(values as Float64Array, floatFormat(values as Float64Array, dtype, o));
  if (kind === 'bool') return Array.from(values as Uint8Array, (v) => (v ? (rank ? ' True' : 'True') : 'False'));
  const all = Array.from(values as Float64Array, (v) =>
    o.sign === '+' && Number(v) >= 0 ? `+${v}` : o.sign === ' ' && Number(v) >= 0 ? ` ${v}` : String(v),
  );
  const width = largest(all.map((t) => t.length));
  return all.map((t) => t.padStart(width));
}
