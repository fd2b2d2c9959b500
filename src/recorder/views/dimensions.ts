/** What the dimensions of a tensor are called: by the module that holds it, by the op that made it, or by the batch. */
import type { OpRecord, Recording } from '../recording';
import { argUses } from '../replay';
import { madeAnew } from '../watch/names';
import { passFor } from './collect';
import { opName, sourceOf } from './common';

type Names = (string | null)[];

const SPACE = ['L', 'H W', 'D H W'];
const KERNEL = ['kernel', 'kernel_height kernel_width', 'kernel_depth kernel_height kernel_width'];
/** Ops whose result has the dimensions of their first operand that has its shape. */
const KEEPS = new Set([
  ...['relu', 'leaky_relu', 'elu', 'gelu', 'silu', 'hardtanh', 'sigmoid', 'tanh', 'softplus', 'prelu', 'rrelu', 'selu'],
  ...['dropout', 'feature_dropout', 'batch_norm', 'layer_norm', 'group_norm', 'softmax', 'log_softmax', 'clone'],
  ...['contiguous', 'to', 'add', 'sub', 'mul', 'div', 'neg', 'abs', 'pow', 'sqrt', 'exp', 'log', 'clamp', 'detach'],
]);
/** Ops that are looked through on the way back to one that names its dimensions. */
const MOST = 64;

/** PyTorch's names of the dimensions; null where nothing tells. */
export function dimensionsOf(r: Recording, tensor: number, shape: readonly number[], tick: number): Names {
  const known = r.tensor(tensor);
  const owned = known ? ofModule(r, tensor) : null;
  const made = known && !owned ? madeAnew(r, tensor) : null;
  const found = owned ?? (made ? ofOp(r, made, shape.length) : null);
  const names: Names = shape.map((_, d) => (found?.length === shape.length ? found[d] : null));
  const trained = known?.requiresGrad === true && known.gradFn === null;
  if (!owned && !trained && names[0] === null && shape.length > 0 && shape[0] === batchOf(r, tick)) names[0] = 'N';
  return names;
}

/** Samples of the batch: the rows that the loss was computed from. Null where there are none, or one. */
function batchOf(r: Recording, tick: number): number | null {
  const pass = tick < 0 ? null : passFor(r, r.iterationAt(tick), tick);
  const use = pass && pass.root >= 0 ? r.useAt(pass.root, pass.start) : null;
  const loss = use && sourceOf(r, use, Number.POSITIVE_INFINITY);
  const rows = loss ? (argUses(loss.args)[0]?.shape ?? []) : [];
  return rows.length > 0 && rows[0] > 1 ? rows[0] : null;
}

function ofOp(r: Recording, made: OpRecord, rank: number): Names | null {
  let at = made;
  for (let hops = 0; hops < MOST; hops++) {
    const name = opName(at).replace(/_$/, '');
    const spatial = /(?:conv|conv_transpose|pool|_pad)([123])d$/.exec(name);
    if (spatial) return ['N', 'C', ...SPACE[Number(spatial[1]) - 1].split(' ')].slice(-rank);
    if (name === 'linear' && rank > 1) return ['N', ...Array<null>(rank - 2).fill(null), 'out_features'];
    if (name === 'embedding') return [...Array<null>(rank - 1).fill(null), 'embedding_dim'];
    if (!KEEPS.has(name)) return null;
    const shape = at.outs[0]?.shape.join();
    const from = argUses(at.args).find((use) => !use.wrapped && use.shape.join() === shape);
    const source = from && sourceOf(r, from, at.index);
    if (!source) return null;
    at = source;
  }
  return null;
}

function ofModule(r: Recording, tensor: number): Names | null {
  for (const { type, parameters } of r.modules.values())
    for (const [name, id] of parameters) if (id === tensor) return ofParameter(type, name);
  return null;
}

function ofParameter(type: string, name: string): Names | null {
  if (type === 'Linear' || type === 'NonDynamicallyQuantizableLinear')
    return name === 'weight' ? ['out_features', 'in_features'] : ['out_features'];
  if (type === 'Embedding' || type === 'EmbeddingBag') return ['num_embeddings', 'embedding_dim'];
  if (type === 'MultiheadAttention')
    return name === 'in_proj_weight' ? ['q, k, v', 'embed_dim'] : name === 'in_proj_bias' ? ['q, k, v'] : null;
  // Of an LSTM and a GRU, the rows are those of all gates, one after the other.
  const recurrent = /^(?:RNN|LSTM|GRU)(?:Cell)?$/.test(type) && /^(weight|bias)_(ih|hh)/.exec(name);
  if (recurrent) {
    const rows = type.startsWith('RNN') ? 'hidden_size' : 'gates · hidden_size';
    return recurrent[1] === 'bias' ? [rows] : [rows, recurrent[2] === 'ih' ? 'input_size' : 'hidden_size'];
  }
  if (/^BatchNorm|^InstanceNorm/.test(type)) return ['num_features'];
  const conv = /^Conv(Transpose)?([123])d$/.exec(type);
  if (!conv) return null;
  if (name !== 'weight') return ['out_channels'];
  const channels = conv[1] ? ['in_channels', 'out_channels'] : ['out_channels', 'in_channels'];
  return [...channels, ...KERNEL[Number(conv[2]) - 1].split(' ')];
}
