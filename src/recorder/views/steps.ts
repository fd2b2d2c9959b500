/** A rule's steps as formulas, with names and with the numbers of one element. */
import type { UpdateStep } from '../../protocol/views';
import type { OpRecord, Recording, TensorUse } from '../recording';
import { argUses, type Replay } from '../replay';
import { elementOf, opName, sourceOf, storageAt } from './common';
import { ATOM, atom, factor, formula, number, type Operand, operandName, type Piece, passedOn } from './expression';
import { Names } from './names';
import { Parameters } from './parameters';
import type { Rule } from './rule';

/** `v ← 0.9·v − 0.1·g`, op by op; what was only passed on inside of a line is put into the formula that used it. */
export function stepsOf(
  r: Recording,
  replay: Replay,
  rule: Rule,
  element: readonly number[],
  tick: number,
): UpdateStep[] {
  const writer = new Writer(r, replay, rule, element);
  return rule.records
    .filter((record) => !writer.folded(record))
    .map((record) => ({
      tick: record.tick,
      op: opName(record),
      expression: writer.expression(record),
      numbers: writer.numbers(record),
      done: record.tick <= tick,
      place: r.placeAt(record.tick),
    }));
}

/** Writes a rule's ops as formulas. */
export class Writer {
  private readonly own: Set<number>;
  /** Who reads a record's result inside of the rule. */
  private readonly readers = new Map<number, Map<number, OpRecord>>();
  private readonly parameters: Parameters;

  constructor(
    private readonly r: Recording,
    private readonly replay: Replay,
    private readonly rule: Rule,
    private readonly element: readonly number[],
  ) {
    this.parameters = Parameters.of(r);
    this.own = new Set(rule.records.map((record) => record.index));
    for (const record of rule.records)
      for (const use of argUses(record.args)) {
        const source = this.source(use, record);
        if (!source) continue;
        const readers = this.readers.get(source.index) ?? new Map();
        this.readers.set(source.index, readers.set(record.index, record));
      }
  }

  /** Is a result that has no name of its own, used once on the same line, written inside of its reader's formula? */
  folded(record: OpRecord): boolean {
    if (record.index === this.rule.event.final.index) return false;
    const out = record.outs[0];
    const readers = [...(this.readers.get(record.index)?.values() ?? [])];
    if (!out || readers.length !== 1)
      return readers.length > 0 && passedOn(record) !== null && record.kind === 'forward';
    if (passedOn(record) && record.kind === 'forward') return true;
    const [reader] = readers;
    const { r } = this;
    if (reader.site !== record.site || r.passIndexAt(reader.tick) !== r.passIndexAt(record.tick)) return false;
    if (record.kind === 'update' && this.parameters.ofStorage(storageAt(r, out.tensor, record.tick), record.tick))
      return false;
    if (this.rule.carried.some((c) => c.by?.index === record.index))
      return passedOn(reader) !== null && record.kind === 'forward';
    return passedOn(reader) !== null ||
      this.parameters.ofStorage(storageAt(r, out.tensor, record.tick), record.tick) === null
      ? Names.of(r).variable(out.tensor, record.tick, 'inner') === null || passedOn(reader) !== null
      : false;
  }

  /** A record with names and with numbers; what it is given to has no place in the sentence where it has no name. */
  line(record: OpRecord): { expression: string; numbers: string } {
    return { expression: this.expression(record).replace(/^t ← /, ''), numbers: this.numbers(record) };
  }

  expression(record: OpRecord): string {
    return `${this.target(record)} ← ${this.right(record, (use) => atom(this.name(use, record)), 'name').text}`;
  }

  numbers(record: OpRecord): string {
    const out = record.outs[0];
    const result = out && this.at(out);
    if (result === null || result === undefined) return '';
    const digits: Operand = (use) => {
      const v = this.at(use);
      return v === null ? atom(this.name(use, record)) : number(v);
    };
    const right = this.right(record, digits, 'number');
    const text = number(result).text;
    return right.binds === ATOM && right.text === text ? `= ${text}` : `= ${right.text} = ${text}`;
  }

  /** A record's formula, with those of its folded operands inside. */
  private right(record: OpRecord, leaf: Operand, mode: 'name' | 'number'): Piece {
    return formula(record, (use) => {
      const source = this.source(use, record);
      if (source && this.folded(source)) return this.right(source, leaf, mode);
      // A scalar without a name (a clipping factor, a bias correction) is a number of the rule.
      if (!this.called(use, record) && use.shape.length === 0) {
        const v = this.at(use);
        if (v !== null) return factor(v);
      }
      return leaf(use);
    });
  }

  private source(use: TensorUse, reader: OpRecord): OpRecord | null {
    const source = sourceOf(this.r, use, reader.index);
    return source && this.own.has(source.index) ? source : null;
  }

  private target(record: OpRecord): string {
    const out = record.outs[0];
    const { r, rule } = this;
    // `p.data = w`: the parameter's name tells it from the tensor that it takes over.
    const given = record.name === 'data' ? passedOn(record) : null;
    const maker = given && this.source(given, record);
    if (maker && !this.folded(maker))
      return `${Names.of(r).variable(rule.parameter, record.tick, 'inner') ?? 'weight'}.data`;
    return (
      (out && this.called(out, record)) ||
      this.carriedName(record) ||
      (record.index === this.rule.event.final.index ? 'w' : 't')
    );
  }

  private name(use: TensorUse, record: OpRecord): string {
    const source = this.source(use, record);
    return this.called(use, record) || (source && this.carriedName(source)) || this.leafName(use);
  }

  private called(use: TensorUse, record: OpRecord): string {
    return operandName(this.r, use, record);
  }

  private carriedName(record: OpRecord): string | null {
    return this.rule.carried.find((c) => c.by?.index === record.index)?.name ?? null;
  }

  private leafName(use: TensorUse): string {
    const { rule } = this;
    if (use.value.id === rule.gradient?.use.value.id) return 'g';
    if (use.value.id === rule.before?.value.id) return 'w';
    return rule.carried.find((c) => c.before?.value.id === use.value.id)?.name ?? 't';
  }

  private at(use: TensorUse): number | null {
    return elementOf(this.replay, use, this.element);
  }
}
