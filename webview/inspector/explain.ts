/** An op with this moment's numbers: what its result was computed from, how the gradient went through it, and the chain rule to it. */

import type { ChainFactor, ExplainFactor, ExplainView } from '../../src/protocol/origins';
import { button, el, keyed } from '../dom';
import { type Cell, num, placeText } from '../format';
import { post } from '../host';
import { t } from '../l10n';
import type { Model, Store } from '../store';
import type { Asked } from '../ui';
import { questionOf } from '../wants';
import type { CheckFace } from './check';
import { ElementPicker } from './elementPicker';
import { GLANCE, terms } from './terms';

const at = (element: number[]): string => (element.length > 0 ? `[${element.join(', ')}]` : '');
/** Negative numbers in a product stand in brackets. */
const inside = (value: Cell): string => (num(value).startsWith('−') ? `(${num(value)})` : num(value));
const times = (a: Cell, b: Cell): number => Number(a) * Number(b);

export class ExplainFace {
  readonly element = el('section', { class: 'explain' });
  private readonly words = el('div');
  private readonly forward = el('div', { class: 'block' });
  private readonly backward = el('div', { class: 'block' });
  private readonly chain = el('div', { class: 'block' });
  private readonly result = new ElementPicker(t('the result'));
  private readonly argument = new ElementPicker(t('the argument'));
  private readonly forwardBody = el('div');
  private readonly backwardBody = el('div');
  private readonly choices = el('div', { class: 'choices' });

  constructor(
    private readonly store: Store,
    private readonly check: CheckFace,
  ) {
    this.forward.append(
      el('div', { class: 'line' }, el('h3', {}, t('Forward')), el('label', {}, t('Element'), this.result.element)),
      this.forwardBody,
    );
    this.backward.append(
      el('div', { class: 'line' }, el('h3', {}, t('Backward')), this.choices),
      el('div', { class: 'line' }, el('label', {}, t('Element'), this.argument.element)),
      this.backwardBody,
      check.element,
    );
    this.element.append(this.words, this.forward, this.backward, this.chain);
  }

  update(model: Model): void {
    const question = questionOf(model);
    const node = model.ui.ref ? undefined : model.graph?.nodes.find(({ id }) => id === model.shown);
    const known = model.explain?.explain;
    // What is on its way replaces what is there; nothing of another op stays.
    const view = question && known && model.explain!.question.tick === question.tick ? known : null;
    this.element.classList.toggle('waiting', question !== null && view === null);
    this.buildWords(view, node?.formula, node?.gradient, question !== null);
    const shown = view !== null && view.missing === null;
    this.forward.hidden = !shown || view.result === null;
    this.backward.hidden = !shown;
    this.chain.hidden = !shown || view.chain.length === 0;
    if (!shown || !node) return;
    const ask = (patch: Omit<Asked, 'node'>): void => {
      const before = this.store.model.ui.asked;
      this.store.setUi({ asked: { ...(before?.node === node.id ? before : {}), ...patch, node: node.id } });
    };
    this.buildForward(view, ask);
    this.buildBackward(view, ask, model);
    this.buildChain(view.chain, model);
  }

  private buildWords(
    view: ExplainView | null,
    formula: string | undefined,
    gradient: string | undefined,
    asked: boolean,
  ) {
    const [said, back] = [view?.formula ?? formula, view?.gradient ?? gradient];
    const missing = view?.missing ?? (asked ? (view ? null : t('The numbers are on their way …')) : NO_OP);
    keyed(this.words, [said, back, missing].join('|'), () => [
      said && el('p', { class: 'formula', title: t('What it computes') }, said),
      back && el('p', { class: 'formula grad', title: t('Its gradient') }, back),
      missing && el('p', { class: 'missing' }, missing),
    ]);
  }

  // ---- forward ----------------------------------------------------------------------------------------------------

  private buildForward(view: ExplainView, ask: (patch: Omit<Asked, 'node'>) => void): void {
    const { result } = view;
    if (!result) return;
    this.result.update(result.shape, result.element, (element) => ask({ element }));
    keyed(this.forwardBody, JSON.stringify(result), () => {
      const head = el(
        'p',
        { class: 'sum value' },
        `${result.name.replace(/ at \S+:\d+$/, '')}${at(result.element)} = `,
        el('b', {}, num(result.value)),
      );
      const summed = result.factors.filter((f) => result.sums.includes(f.argument));
      if (summed.length === 0) {
        const note = t('computed from these; the slope is how much it moves for a small step of each');
        return [head, el('p', { class: 'note' }, note), terms(result.factors.map(slopeRow), result.more, t('numbers'))];
      }
      const note =
        summed.length === 1
          ? t('value × how much the result moves with it')
          : t('the sum of these: each value × how much the result moves with it');
      return [head, el('p', { class: 'note' }, note), terms(summed.map(productRow), result.more, t('terms'))];
    });
  }

  // ---- backward ---------------------------------------------------------------------------------------------------

  private buildBackward(view: ExplainView, ask: (patch: Omit<Asked, 'node'>) => void, model: Model): void {
    const { flow } = view;
    const graded = view.arguments.map((argument, i) => ({ ...argument, i })).filter(({ grad }) => grad);
    keyed(this.choices, graded.map(({ role, i }) => `${role}${i === flow?.argument}`).join(), () =>
      graded.map(({ role, name, i }) =>
        button(
          t('The gradient of {0}', name),
          () => ask({ argument: i, at: undefined }),
          { class: 'toggle', 'aria-pressed': String(i === flow?.argument) },
          `∂/∂${role}`,
        ),
      ),
    );
    const argument = flow && view.arguments[flow.argument];
    this.argument.element.parentElement!.hidden = !argument || argument.shape.length === 0;
    if (argument && flow)
      this.argument.update(argument.shape, flow.element, (element) => ask({ argument: flow.argument, at: element }));
    keyed(this.backwardBody, JSON.stringify([flow, view.still]), () => {
      if (!flow || !argument) return [el('p', { class: 'note' }, view.still ?? '')];
      const many = flow.terms.some(({ result }) => result !== flow.terms[0]!.result);
      const rows = flow.terms.map((term) =>
        el(
          'div',
          { class: 'term', tabindex: -1 },
          el(
            'span',
            { class: 'grad', title: t('Gradient that came in at {0}', at(term.element) || t('the result')) },
            inside(term.upstream),
          ),
          ' × ',
          el('span', { title: t('How much the result moves with this number') }, inside(term.local)),
          ' = ',
          el('b', {}, num(term.product)),
          el('span', { class: 'of' }, `${many ? t('result {0} ', term.result) : ''}${at(term.element)}`),
        ),
      );
      const name = `∂loss/∂${argument.name}${at(flow.element)}`;
      return [
        el('p', { class: 'sum grad' }, `${name} = `, el('b', {}, num(flow.value))),
        el('p', { class: 'note' }, flowWords(rows.length + flow.more, flow.sum)),
        terms(rows, flow.more, t('terms')),
        flow.sum !== null && rows.length > 1 ? el('p', { class: 'note' }, t('together {0}', num(flow.sum))) : null,
      ];
    });
    const node = model.ui.ref ? undefined : model.graph?.nodes.find(({ id }) => id === model.shown);
    const state = node && model.states.get(node.id);
    const ran = flow !== null && state?.backward && node?.kind !== 'parameter' && node?.kind !== 'input';
    this.check.update(
      model,
      ran && state.backwardTick !== null ? { op: state.backwardTick } : null,
      t('of this op alone'),
    );
  }

  // ---- the chain rule ---------------------------------------------------------------------------------------------

  private buildChain(chain: ChainFactor[], model: Model): void {
    keyed(this.chain, JSON.stringify([chain, model.cursor?.tick]), () => {
      if (chain.length === 0) return [];
      const product = el('p', { class: 'product', role: 'group', 'aria-label': t('Chain rule') });
      const cut = chain.length > GLANCE + 1;
      const shown = cut ? [...chain.slice(0, GLANCE / 2), null, ...chain.slice(-GLANCE / 2)] : chain;
      const fill = (factors: (ChainFactor | null)[]): void => {
        product.replaceChildren();
        for (const [i, factor] of factors.entries()) {
          if (i > 0) product.append(el('span', { class: 'dot', 'aria-hidden': true }, '·'));
          if (factor) product.append(this.factor(factor, model));
          else {
            const hidden = chain.length - GLANCE;
            product.append(
              button(
                t('Show {0} more factors', hidden),
                () => fill(chain),
                { class: 'link' },
                t('… {0} more …', hidden),
              ),
            );
          }
        }
      };
      fill(shown);
      const [first, last] = [chain[0]!, chain.at(-1)!];
      const others = chain.some((f) => f.others > 0);
      return [
        el('h3', {}, t('Chain rule')),
        el('p', { class: 'sum grad' }, `∂${first.of}/∂${last.by} =`),
        product,
        el(
          'p',
          { class: 'note' },
          t(
            'Under each factor: the norm of the gradient that goes on from there.{0}',
            others ? t(' Where ways part, the one that carries most is followed; + n others are added to it.') : '',
          ),
        ),
      ];
    });
  }

  private factor(factor: ChainFactor, model: Model): HTMLElement {
    const { tick, of, by, op, place, upstream, downstream, others } = factor;
    const here = model.cursor?.tick === tick;
    const where = place ? `, ${placeText(place)}` : '';
    const label = t(
      'Go to the gradient of {0}{1}. Norm {2} in, {3} out{4}',
      op,
      where,
      num(upstream),
      num(downstream),
      others > 0 ? t('; {0} other ways are added', others) : '',
    );
    return button(
      label,
      () => {
        const node = [...model.states.values()].find((state) => state.backwardTick === tick)?.id ?? null;
        if (node !== null) this.store.setUi({ node, ref: null });
        post({ type: 'seek', tick });
      },
      { class: 'factor', 'aria-current': here ? 'step' : null },
      el('span', { class: 'fraction' }, el('span', {}, `∂${of}`), el('span', { class: 'by' }, `∂${by}`)),
      el('small', {}, `${num(downstream, 3)}${others > 0 ? ` + ${others}` : ''}`),
    );
  }
}

const NO_OP = t(
  'Select an op or a parameter that the forward pass has reached: its formula appears here with this moment’s numbers.',
);
/** What the terms of a gradient are; or why there are none. */
const flowWords = (count: number, sum: Cell | null): string =>
  sum === null
    ? t(
        'It is a sum of too many terms to be written out here: each comes from the gradient of one element of the result.',
      )
    : count === 0
      ? t('No path carries any of it: the gradient is 0.')
      : count === 1
        ? t('upstream × local')
        : t('the sum of upstream × local over {0} elements of the result', count);

const productRow = ({ name, value, slope }: ExplainFactor): HTMLElement =>
  el(
    'div',
    { class: 'term', tabindex: -1 },
    el('span', { title: name }, inside(value)),
    ' × ',
    el('span', { title: t('How much the result moves with this number') }, inside(slope)),
    ' = ',
    el('b', {}, num(times(value, slope))),
    el('span', { class: 'of' }, name),
  );

const slopeRow = ({ name, value, slope }: ExplainFactor): HTMLElement =>
  el(
    'div',
    { class: 'term', tabindex: -1 },
    `${name} = `,
    el('b', {}, num(value)),
    el('span', { class: 'of' }, t('slope {0}', num(slope))),
  );
