/** The update as a pipeline of stages, from the gradient to the new weight; and the same for all layers. */
import type { LayerStages, StageKind, UpdateStage } from '../../src/protocol/views';
import { button, el } from '../dom';
import { barSize, num } from '../format';
import { t } from '../l10n';

/** What a stage is called, and the colour of its role. */
export function stageWords({ kind, name }: { kind: StageKind; name: string }): { text: string; role: string } {
  switch (kind) {
    case 'gradient':
      return { text: t('gradient'), role: 'grad' };
    case 'clip':
      return { text: t('clip'), role: 'grad' };
    case 'turned':
      return { text: t('maximize'), role: 'grad' };
    case 'decay':
      return name === 'weight'
        ? { text: t('weight decay, decoupled'), role: 'value' }
        : { text: t('weight decay'), role: 'grad' };
    case 'momentum':
      return { text: t('momentum: {0}', name), role: 'state' };
    case 'moment':
      return { text: t('moment: {0}', name), role: 'state' };
    case 'lookahead':
      return { text: t('Nesterov look-ahead'), role: 'state' };
    case 'correction':
      return { text: t('bias correction: {0}', name), role: 'state' };
    case 'scale':
      return { text: t('scale: {0}', name), role: 'state' };
    case 'step':
      return { text: t('step'), role: 'step' };
    case 'weight':
      return { text: t('new weight'), role: 'value' };
  }
}

/** Stages one after the other; a click goes to the tick at which one ran. */
export function pipeline(
  stages: readonly UpdateStage[],
  mode: 'element' | 'norm',
  now: number,
  seek: (tick: number) => void,
): HTMLElement {
  return el(
    'ol',
    { class: 'pipeline', 'aria-label': t('The update, stage by stage') },
    ...stages.map((stage) => {
      const { text, role } = stageWords(stage);
      const value = num(mode === 'norm' ? stage.norm : stage.value, 5);
      const state = stage.done ? '' : t(', not done yet');
      const numbers = mode === 'element' && stage.done;
      const lines = stage.lines.map(({ expression, numbers: put }) =>
        el('code', { title: put }, expression, numbers && put ? el('span', { class: 'numbers' }, put) : null),
      );
      return el(
        'li',
        {
          class: `${role}${stage.done ? '' : ' todo'}${stage.tick === now ? ' now' : ''}`,
          'aria-current': stage.tick === now ? 'step' : null,
        },
        button(
          t('Go to this stage: {0}, {1}{2}', text, value, state),
          () => seek(stage.tick),
          { class: 'stage-card' },
          el('span', { class: 'stage-name' }, text),
          el('b', { class: 'stage-value' }, mode === 'norm' && stage.done ? `‖${value}‖` : value),
          ...lines,
        ),
      );
    }),
  );
}

/** A row for each layer, a column for each kind of stage; the bars are on one logarithmic scale. */
export function layersTable(
  layers: readonly LayerStages[],
  shown: number,
  choose: (parameter: number) => void,
): HTMLElement {
  const columns = new Map<string, { kind: StageKind; name: string }>();
  for (const { stages } of layers) for (const s of stages) columns.set(`${s.kind} ${s.name}`, s);
  // In the order of the pipeline that has most of them.
  const longest = layers.reduce((a, b) => (b.stages.length > a.stages.length ? b : a), layers[0]!);
  const order = [...longest.stages.map((s) => `${s.kind} ${s.name}`), ...columns.keys()];
  const keys = [...new Set(order)];
  const ratio = (layer: LayerStages): number | null => {
    const of = (kind: StageKind) => layer.stages.find((s) => s.kind === kind)?.norm ?? null;
    const [step, weight] = [of('step'), of('weight')];
    return step !== null && weight ? step / weight : null;
  };
  const cell = (norm: number | null | undefined, role: string): HTMLElement => {
    const bar = el('i', { class: `bar ${role}`, 'aria-hidden': true });
    bar.style.setProperty('--size', `${100 * barSize(norm ?? null)}%`);
    return el('td', { class: 'number' }, num(norm ?? null, 3), bar);
  };
  return el(
    'table',
    { class: 'terms layers' },
    el('caption', { class: 'spoken' }, t('Norms of the stages, layer by layer')),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('th', { scope: 'col' }, t('parameter')),
        ...keys.map((key) => el('th', { scope: 'col', class: 'number' }, stageWords(columns.get(key)!).text)),
        el('th', { scope: 'col', class: 'number' }, t('step / weight')),
      ),
    ),
    el(
      'tbody',
      {},
      ...layers.map((layer) =>
        el(
          'tr',
          { class: layer.parameter === shown ? 'shown' : null },
          el(
            'th',
            { scope: 'row' },
            button(
              t('Show the update of {0}', layer.name),
              () => choose(layer.parameter),
              { class: 'link' },
              layer.name,
            ),
          ),
          ...keys.map((key) => {
            const stage = layer.stages.find((s) => `${s.kind} ${s.name}` === key);
            return cell(stage?.norm, stageWords(columns.get(key)!).role);
          }),
          cell(ratio(layer), 'step'),
        ),
      ),
    ),
  );
}
