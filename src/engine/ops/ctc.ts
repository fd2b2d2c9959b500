/** The CTC loss. Source: Graves et al. 2006; errors as in ATen's LossCTC.cpp. */
import { indexError, runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { ctcBackward, ctcForward, type Example } from '../kernels/ctc';
import { numbers } from '../kernels/elementwise';
import { op, type Sample, type SampleTensor } from '../op';
import { Tensor } from '../tensor';
import { checkReduction, reducedByOps } from './loss';
import { singlesOnly, underivable } from './refusals';

const checking = '(while checking arguments for ctc_loss_allocate_outputs)';

/** Raises PyTorch's errors; gives the longest label sequence that there is room for. */
function check(logp: Tensor, targets: Tensor, inputLengths: number[], targetLengths: number[], blank: number): number {
  singlesOnly('ctc_loss_cpu', logp.dtype);
  if (logp.count === 0) throw runtimeError('log_probs tensor must not be empty');
  if (logp.rank !== 3)
    throw runtimeError(
      `Expected 3-dimensional tensor, but got ${logp.rank}-dimensional tensor for argument #1 'log_probs' ${checking}`,
    );
  const [steps, batch, classes] = logp.shape;
  if (blank < 0 || blank >= classes) throw runtimeError('blank must be in label range');
  if (inputLengths.length !== batch) throw runtimeError('input_lengths must be of size batch_size');
  if (targetLengths.length !== batch) throw runtimeError('target_lengths must be of size batch_size');
  for (const n of targetLengths)
    if (n < 0) throw runtimeError(`Expected target_lengths to have value at least 0, but got value ${n} ${checking}`);
  const most = Math.max(0, ...targetLengths);
  const size = (least: string, wanted: number, dim: number) =>
    runtimeError(
      `Expected tensor to have size ${least}${wanted} at dimension ${dim}, but got size ${targets.shape[dim]} for argument #2 'targets' ${checking}`,
    );
  if (targets.rank === 1) {
    const all = targetLengths.reduce((a, b) => a + b, 0);
    if (targets.count !== all) throw size('', all, 0);
  } else {
    if (targets.shape[0] !== batch) throw size('', batch, 0);
    if (targets.shape[1] < most) throw size('at least ', most, 1);
  }
  for (const n of inputLengths) {
    if (n < 0) throw runtimeError(`Expected input_lengths to have value at least 0, but got value ${n} ${checking}`);
    if (n > steps)
      throw runtimeError(`Expected input_lengths to have value at most ${steps}, but got value ${n} ${checking}`);
  }
  return most;
}

/** Every example of a batch. */
function examples(
  logp: Tensor,
  targets: Tensor,
  inputLengths: number[],
  targetLengths: number[],
  blank: number,
): Example[] {
  const [, batch, classes] = logp.shape;
  const values = Float64Array.from(numbers(logp));
  const labels = numbers(targets);
  let from = 0;
  return inputLengths.map((length, b) => {
    const at = targets.rank === 1 ? from : b * targets.shape[1];
    from += targetLengths[b];
    const own = labels.subarray(at, at + targetLengths[b]);
    for (const k of own)
      if (k < 0 || k >= classes) throw indexError(`ctc_loss: target ${k} is out of bounds for ${classes} classes`);
    return { logp: values, at: b * classes, step: batch * classes, classes, length, labels: own, blank };
  });
}

const logp: SampleTensor = { shape: [4, 2, 3], range: [-3, -0.1] };
const labels: SampleTensor = { shape: [2, 2], dtype: 'int64', data: [1, 1, 2, 1] };
const lengths = (...data: number[]) => ({ tensor: { shape: [data.length], dtype: 'int64' as const, data } });

type Args = [logp: Tensor, targets: Tensor, inputLengths: number[], targetLengths: number[], blank: number];

op<[...Args, boolean]>({
  schema:
    '_ctc_loss(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int blank=0, bool zero_infinity=False) -> Tensor',
  faces: [],
  formula: 'y = −ln Σ p(alignment), over all alignments of the labels with the steps',
  gradient: 'dx = (exp(x) − the share of alignments that pass there) · dy',
  forward: (logp, targets, inputLengths, targetLengths, blank) => {
    const width = 2 * check(logp, targets, inputLengths, targetLengths, blank) + 1;
    const losses = Tensor.zeros(logp.dtype, [logp.shape[1]]);
    const alpha = new Float64Array(logp.shape[0] * width);
    examples(logp, targets, inputLengths, targetLengths, blank).forEach((e, b) => {
      (losses.storage.data as Float64Array)[b] = ctcForward(e, alpha.fill(Number.NEGATIVE_INFINITY), width);
    });
    return losses;
  },
  saves: ['log_probs', 'targets'],
  grads: {
    log_probs: (c, f) =>
      f._ctc_loss_backward(
        c.grad,
        c.saved('log_probs'),
        c.saved('targets'),
        c.attr('input_lengths'),
        c.attr('target_lengths'),
        c.attr('blank'),
        c.attr('zero_infinity'),
      ),
  },
  gradName: 'CtcLossBackward0',
  samples: () => [
    // The gradient is that of the scores behind log_probs: see ctcBackward.
    { args: [{ tensor: logp }, { tensor: labels }, [4, 4], [2, 1], 0], kink: true },
  ],
});

op<[Tensor, Tensor, Tensor, number[], number[], number, boolean]>({
  schema:
    '_ctc_loss_backward(Tensor grad, Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int blank, bool zero_infinity=False) -> Tensor',
  faces: [],
  formula: 'dx = (exp(x) − the share of alignments that pass there) · dy',
  gradient: 'none in PyTorch',
  forward: (grad, logp, targets, inputLengths, targetLengths, blank, zeroInfinity) => {
    const width = 2 * Math.max(0, ...targetLengths) + 1;
    const g = numbers(grad);
    const dx = new Float64Array(logp.count);
    // Made anew in float64: what an alignment's share is shows only in differences of these large numbers.
    const alpha = new Float64Array(logp.shape[0] * width);
    examples(logp, targets, inputLengths, targetLengths, blank).forEach((e, b) => {
      const loss = ctcForward(e, alpha.fill(Number.NEGATIVE_INFINITY), width);
      if (!zeroInfinity || loss !== Number.POSITIVE_INFINITY) ctcBackward(e, alpha, width, loss, g[b], dx);
    });
    const out = Tensor.zeros(logp.dtype, [...logp.shape]);
    (out.storage.data as Float64Array).set(dx);
    return out;
  },
  ...underivable('_ctc_loss_backward', 'grad', 'log_probs'),
  samples: () => [{ args: [{ tensor: { shape: [2] } }, { tensor: logp }, { tensor: labels }, [4, 4], [2, 1], 0] }],
});

op<[Tensor, Tensor, Tensor, Tensor, number, string, boolean]>({
  schema:
    "ctc_loss(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, int blank=0, str reduction='mean', bool zero_infinity=False) -> Tensor",
  faces: ['torch.nn.functional'],
  composite: true,
  formula: 'y = mean of −ln Σ p(alignment) / the number of labels, over all alignments of the labels with the steps',
  gradient: 'dx = (exp(x) − the share of alignments that pass there) · dy',
  forward: (logp, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity) => {
    checkReduction(reduction);
    const whole = (t: Tensor, name: string) => {
      if (t.dtype !== 'int64' && t.dtype !== 'int32') throw runtimeError(`${name} must be integral`);
      return Array.from(numbers(t));
    };
    const [steps, long] = [whole(inputLengths, 'input_lengths'), whole(targetLengths, 'target_lengths')];
    // One example without a batch dimension.
    const batched = logp.rank === 3;
    const x = batched ? logp : f.unsqueeze(logp, 1);
    const t = batched || targets.rank === 1 ? targets : f.unsqueeze(targets, 0);
    const each = f._ctc_loss(x, t, steps, long, blank, zeroInfinity);
    const infinite = () => f.eq(each, Number.POSITIVE_INFINITY);
    const losses = zeroInfinity ? f.where(infinite(), f.zeros([], each.dtype), each) : each;
    if (reduction === 'mean') {
      const counts = Tensor.of(
        'int64',
        [long.length],
        BigInt64Array.from(long, (n) => BigInt(Math.max(n, 1))),
      );
      return f.mean(f.div(losses, f.to_dtype(counts, each.dtype)));
    }
    return reducedByOps(batched ? losses : f.squeeze_dim(losses, 0), reduction);
  },
  samples: (): Sample[] => {
    const on = (...args: Sample['args']): Sample => ({ args: [{ tensor: logp }, ...args], kink: true });
    const t = { tensor: labels };
    return [
      ...['mean', 'sum', 'none'].map((r) => on(t, lengths(4, 4), lengths(2, 1), 0, r)),
      on(t, lengths(4, 2), lengths(2, 2), 0, 'none', true),
      on(t, lengths(4, 2), lengths(2, 2), 0, 'none'),
      on({ tensor: { shape: [3], dtype: 'int64', data: [1, 0, 1] } }, lengths(4, 3), lengths(2, 1), 2),
      on(t, lengths(4, 0), lengths(0, 0), 0, 'sum'),
      on(t, lengths(4, 5), lengths(2, 1)),
      on(t, lengths(4), lengths(2, 1)),
      on(t, lengths(4, 4), lengths(3, 1)),
      on(t, lengths(4, 4), lengths(2, 1), 3),
      {
        args: [
          { tensor: { shape: [4, 3], range: [-3, -0.1], dtype: 'float64' } },
          lengths(1, 2),
          lengths(4),
          lengths(2),
        ],
        kink: true,
      },
    ];
  },
});
