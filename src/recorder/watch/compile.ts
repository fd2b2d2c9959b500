/** Reads an expression: what its free words stand for, and at which ticks it can become another. */
import { t } from '../../protocol/l10n';
import type { Recording } from '../recording';
import { FUNCTIONS, partsOf } from './evaluate';
import { type Moments, MomentsOf } from './moments';
import { madeAnew, parameterNamed, visibleName } from './names';
import { type Node, nodesOf, parse, SyntaxFault, textOf } from './parse';
import type { Instance } from './scope';

/** Ops whose results a watchpoint may speak of by the op's name. */
const ACTIVATIONS = new Set(
  'relu relu6 leaky_relu prelu elu selu celu gelu silu mish sigmoid tanh hardtanh hardsigmoid hardswish softplus softmax log_softmax log_sigmoid dropout linear conv1d conv2d conv3d batch_norm layer_norm'.split(
    ' ',
  ),
);
const SPECIAL = new Set(['tensor', 'update', 'changed', 'rises', 'origin']);

interface Target {
  /** What stands before `.grad`: a name, a path, tensor(12). */
  base: Node;
  part: 'value' | 'gradient' | 'all gradient' | 'state';
}

export interface Compiled {
  text: string;
  node: Node;
  /** What the expression is about one by one. */
  domain: 'one' | 'parameter' | 'buffer' | 'op';
  /** `relu`, `out` */
  word: string | null;
  /** True at a tick only (a write, an origin): it does not go on holding. */
  event: boolean;
  targets: Target[];
  /** Only these ticks count: a gradient is complete when backward() ends, an update when the step does. */
  only: 'backward ends' | Node | null;
  loss: boolean;
  params: boolean;
}

/** Throws a SyntaxFault with words for the user. */
export function compile(text: string, condition?: string): Compiled {
  const own = parse(text);
  const node: Node = condition ? { kind: 'and', items: [own, parse(condition)] } : own;
  const compiled: Compiled = {
    text: text.trim(),
    node,
    domain: 'one',
    word: null,
    event: own.kind === 'call' && (own.name === 'changed' || own.name === 'origin'),
    targets: [],
    only: null,
    loss: false,
    params: false,
  };
  const words = new Set<string>();
  visit(node, compiled, words, false);
  if (words.size > 1)
    throw new SyntaxFault(
      t('{0} in one expression: a watchpoint is about one of them at a time.', [...words].join(t(' and '))),
    );
  const [word] = words;
  if (word) {
    compiled.domain = word === 'p' ? 'parameter' : word === 'buf' ? 'buffer' : 'op';
    compiled.word = word;
  }
  const { targets, loss, params, only } = compiled;
  if (!word && targets.length === 0 && !loss && !params && !only)
    throw new SyntaxFault(t("'{0}' is about nothing: name a tensor, such as linear1.weight, p.grad or loss.", text));
  return compiled;
}

function visit(node: Node, c: Compiled, words: Set<string>, inChanged: boolean): void {
  const target = (base: Node, part: Target['part']): void => {
    const [root] = partsOf(base) ?? [];
    if (
      root === 'p' ||
      root === 'buf' ||
      root === 'out' ||
      (root !== undefined && ACTIVATIONS.has(root) && base.kind === 'name')
    )
      words.add(root);
    c.targets.push({ base, part });
  };
  switch (node.kind) {
    case 'name':
      if (node.name === 'loss') c.loss = true;
      else if (node.name === 'grads') c.only ??= 'backward ends';
      else if (node.name === 'params') c.params = true;
      else target(node, 'value');
      return;
    case 'attribute':
      if (node.name === 'grad') target(node.of, inChanged ? 'all gradient' : 'gradient');
      else if (node.of.kind === 'name' && node.of.name === 'p') target(node.of, 'state');
      else if (partsOf(node)) target(node, 'value');
      else visit(node.of, c, words, inChanged);
      return;
    case 'call':
      if (!FUNCTIONS.has(node.name) && !SPECIAL.has(node.name))
        throw new SyntaxFault(t('There is no {0}() here. {1}', node.name, known()));
      if (node.name === 'tensor') {
        target(node, 'value');
        return;
      }
      if (node.name === 'origin') words.add('out');
      if (node.name === 'update' && node.args[0]) {
        c.only = node.args[0];
        for (const inner of nodesOf(node.args[0])) if (inner.kind === 'name' && inner.name === 'p') words.add('p');
        return;
      }
      for (const arg of node.args) visit(arg, c, words, inChanged || node.name === 'changed');
      return;
    case 'compare':
      if (node.rest.some(({ op, node: n }) => op.startsWith('is') && n.kind === 'value' && n.value === null))
        if (node.first.kind === 'attribute' && node.first.name === 'grad') c.only ??= 'backward ends';
      visit(node.first, c, words, inChanged);
      for (const { node: n } of node.rest) visit(n, c, words, inChanged);
      return;
    case 'item':
      visit(node.of, c, words, inChanged);
      for (const n of node.index) visit(n, c, words, inChanged);
      return;
    case 'unary':
      visit(node.of, c, words, inChanged);
      return;
    case 'binary':
      visit(node.left, c, words, inChanged);
      visit(node.right, c, words, inChanged);
      return;
    case 'and':
    case 'or':
      for (const item of node.items) visit(item, c, words, inChanged);
      return;
  }
}

const known = (): string =>
  t(
    'There are norm, mean, sum, min, max, std, any, all, abs, isnan, nonfinite, numel and, over time, changed, rises and update.',
  );

/** The ticks at which an expression can change for one of the things it is about; null while that is not known yet. */
export function momentsOf(r: Recording, c: Compiled, instance: Instance): Moments | null {
  const all = MomentsOf.of(r);
  if (c.only === 'backward ends') return all.ends('backward');
  if (c.only) {
    const tensor = tensorOfNode(r, c.only, instance);
    return tensor === null ? null : all.updates(tensor);
  }
  const lists: Moments[] = [];
  if (c.loss) lists.push(all.losses());
  if (c.params) lists.push(all.ends('step'));
  if (c.domain === 'op' && instance.op) {
    const place = all.ops(instance.op.word).find((o) => o.first === instance.op!.place);
    if (place) lists.push(place.moments);
  }
  for (const { base, part } of c.targets) {
    if (base.kind === 'name' && c.domain === 'op' && base.name === c.word) continue;
    const tensor = tensorOfNode(r, base, instance);
    const [root] = partsOf(base) ?? [];
    const variable =
      base.kind !== 'call' && root !== undefined && root !== 'p' && root !== 'buf' && parameterIn(r, base) === null;
    if (tensor === null && !variable) return null;
    if (variable) {
      if (r.ticks === 0 || visibleName(r, root!, r.frameAt(r.ticks - 1), r.ticks - 1, true) === undefined) return null;
      lists.push(all.bindings(root!));
    }
    if (tensor === null) continue;
    const made = base.kind === 'call' ? madeAnew(r, tensor) : null;
    if (made) lists.push(part === 'value' ? all.place(made) : all.ends('backward'));
    else if (part === 'value') {
      lists.push(all.writes(tensor));
      // `linear1.weight.v`: the script's own velocity of it.
      if (base.kind === 'attribute' && tensorOfNode(r, base.of, instance) === tensor)
        lists.push(all.kept(tensor, base.name));
    } else if (part === 'state') lists.push(all.ends('step'), all.writes(tensor));
    else lists.push(all.gradients(tensor, part === 'all gradient'));
  }
  return lists.length === 0 ? null : all.union([...new Set(lists)]);
}

/** What an expression is about that a recording has nothing of. */
export function unknownNames(r: Recording, c: Compiled): string[] {
  const names = c.targets
    .filter(({ base }) => momentsOf(r, { ...c, targets: [{ base, part: 'value' }], only: null }, {}) === null)
    .map(({ base }) => partsOf(base)?.join('.') ?? textOf(base));
  return names.length > 0 ? [...new Set(names)].map((n) => `'${n}'`) : [`'${c.word ?? c.text}'`];
}

function tensorOfNode(r: Recording, node: Node, instance: Instance): number | null {
  if (node.kind === 'call' && node.name === 'tensor') {
    const [arg] = node.args;
    return arg?.kind === 'value' && typeof arg.value === 'number' && r.tensor(arg.value) !== undefined
      ? arg.value
      : null;
  }
  const parts = partsOf(node);
  if (!parts) return node.kind === 'item' ? tensorOfNode(r, node.of, instance) : null;
  if (parts[0] === 'p') return instance.parameter ?? null;
  if (parts[0] === 'buf') return instance.buffer ?? null;
  return parameterIn(r, node) ?? leafVariable(r, parts);
}

/** The parameter whose path a dotted name begins with: `linear1.weight` of `linear1.weight.data`. */
function parameterIn(r: Recording, node: Node): number | null {
  const parts = partsOf(node) ?? [];
  for (let n = parts.length; n > 0; n--) {
    const found = parameterNamed(r, parts.slice(0, n).join('.'));
    if (found !== null) return found;
  }
  return null;
}

/** `net.linear1.weight`, `w`: a variable that leads to a tensor that training moves. */
function leafVariable(r: Recording, [root, ...rest]: string[]): number | null {
  if (r.ticks === 0) return null;
  let value = visibleName(r, root, r.frameAt(r.ticks - 1), r.ticks - 1, true);
  for (const name of rest) {
    if (value?.k !== 'module') break;
    const m = r.modules.get(value.id);
    const tensor = m?.parameters.get(name) ?? m?.buffers.get(name);
    const child = m?.children.get(name);
    value =
      tensor !== undefined
        ? { k: 'tensor', id: tensor, type: '' }
        : child === undefined
          ? undefined
          : { k: 'module', id: child, type: '' };
  }
  if (value?.k !== 'tensor') return null;
  const known = r.tensor(value.id);
  return known && known.producer === null ? value.id : known?.gradFn === null ? value.id : null;
}
