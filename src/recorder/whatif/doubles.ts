/** Recorded tensors in double precision: what a check by small differences needs. */
import { type Data, type DType, isComplex, isFloat } from '../../engine/dtype';
import { Storage } from '../../engine/storage';
import { Tensor } from '../../engine/tensor';
import type { TensorUse, Value } from '../recording';
import type { Given, Replay } from '../replay';

export const doubled = (d: DType): DType => (isComplex(d) ? 'complex128' : isFloat(d) ? 'float64' : d);

/** Elements in double precision; integers and bools as they are. */
export const doubles = (d: DType, data: Data): Data =>
  doubled(d) === d ? data : Float64Array.from(data as Float32Array);

/** Every recorded input in double precision, but those that `other` gives. */
export class Doubles implements Given {
  private readonly kept = new Map<number, Data>();

  constructor(
    private readonly replay: Replay,
    private readonly other: (use: TensorUse) => Data | undefined = () => undefined,
  ) {}

  dtype(recorded: DType): DType {
    return doubled(recorded);
  }

  tensor(use: TensorUse): Tensor {
    const { value, shape, strides, offset, lens } = use;
    const storage = new Storage(doubled(value.dtype), this.other(use) ?? this.data(value));
    const t = new Tensor(storage, shape, strides, offset, lens);
    t.wrapped = use.wrapped;
    return t;
  }

  private data(value: Value): Data {
    // A number in a tensor's place has no number of its own.
    if (value.id === 0) return doubles(value.dtype, this.replay.data(value));
    let data = this.kept.get(value.id);
    if (!data) this.kept.set(value.id, (data = doubles(value.dtype, this.replay.data(value))));
    return data;
  }
}
