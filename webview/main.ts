/** Entry of the webview: one message in, one redraw. */

import { readMessage } from './check';
import { CurvesPanel } from './curves/panel';
import { divider } from './divider';
import { button, el, setText } from './dom';
import { keepFocus } from './focus';
import { GraphPanel } from './graph/view';
import { caughtUp, loadState, post } from './host';
import { InspectorPanel } from './inspector/panel';
import { t } from './l10n';
import { OptimizerPanel } from './optimizer/panel';
import { Seeker } from './seek';
import { SharedSelection } from './selection';
import { spokenText } from './spoken';
import { alone, type Model, pairs, panelsOpen, Store, shows, tabOf } from './store';
import { watchBody } from './theme';
import { TimelinePanel } from './timeline/panel';
import type { Tab } from './ui';
import { sayWishes } from './wants';

const store = new Store(loadState());
const seeker = new Seeker();
const selection = new SharedSelection();

const graph = new GraphPanel(store);
const inspector = new InspectorPanel(store);
const optimizer = new OptimizerPanel(store, seeker);
const curves = new CurvesPanel(store);
const timeline = new TimelinePanel(store, seeker);

const spoken = el('p', { class: 'spoken', role: 'status', 'aria-live': 'polite' });
const banner = el('p', { class: 'banner', hidden: true });
const bannerText = el('span');
banner.append(
  bannerText,
  button(t('Dismiss'), () => store.dismiss(), { class: 'icon' }, '×'),
);

const TABS: [Tab, string, HTMLElement][] = [
  ['tensor', t('Tensor'), inspector.element],
  ['optimizer', t('Optimizer'), optimizer.element],
  ['curves', t('Curves'), curves.element],
];
const tabs = TABS.map(([name, text]) =>
  button(
    t('← and → go from tab to tab'),
    () => store.setUi({ tab: name }),
    { role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}` },
    text,
  ),
);
for (const [name, , element] of TABS) {
  element.id = `panel-${name}`;
  element.setAttribute('role', 'tabpanel');
  element.setAttribute('aria-labelledby', `tab-${name}`);
}
const tabList = el('div', { class: 'tabs', role: 'tablist', 'aria-label': t('Panels') }, ...tabs);
tabList.addEventListener('keydown', (event) => {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
  const seen = tabs.filter((tab) => !tab.hidden);
  const at = seen.findIndex((tab) => tab.getAttribute('aria-selected') === 'true');
  const other = seen[(at + (event.key === 'ArrowRight' ? 1 : seen.length - 1)) % seen.length];
  other?.click();
  other?.focus();
  event.preventDefault();
});
const side = el('section', { class: 'panel side' }, tabList, ...TABS.map(([, , element]) => element));

const empty = el(
  'main',
  { class: 'empty' },
  el('h1', {}, 'Backstep'),
  el(
    'p',
    {},
    t('Press F5 on a PyTorch script. The network appears here and follows every step, forward and backward.'),
  ),
  el(
    'ul',
    {},
    el('li', {}, t('Set a breakpoint in the script to stop where you want to look.')),
    el('li', {}, t('Step back as well as forward: values, gradients and momentum are those of that moment.')),
    el('li', {}, t('A recording (a .backstep file) opens here too, without Python.')),
  ),
  el(
    'p',
    { class: 'ways' },
    button(t('Take the Tour'), () => post({ type: 'tour' }), { class: 'first' }),
    button(t('Open Recent Run…'), () => post({ type: 'recent' })),
  ),
);
const noticeTitle = el('h1');
const noticeText = el('p', { role: 'alert' });
const notice = el('main', { class: 'empty', hidden: true }, noticeTitle, noticeText);
const runningNote = el(
  'p',
  { class: 'empty', hidden: true },
  t('The script is running. The network appears with its first complete iteration, or when the script stops.'),
);
const work = el('main', { class: 'work', hidden: true }, graph.element);
const bar = divider(store, work);
work.append(bar, side);
graph.element.hidden = alone;
work.classList.toggle('alone', alone);
const toggle = button(
  t('Numbers'),
  () => store.setUi({ panels: !panelsOpen(store.model) }),
  { class: 'panels-toggle' },
  t('Numbers'),
);
graph.below.append(toggle);
const root = el('div', { class: 'app' }, banner, empty, notice, runningNote, work, timeline.element, spoken);
timeline.element.hidden = true;
const mount = document.getElementById('view') ?? document.body;
mount.append(root);
watchBody();
keepFocus();

function redraw(model: Model): void {
  const started = model.picture !== null;
  empty.hidden = started || model.running || model.notice !== null;
  notice.hidden = started || model.running || model.notice === null;
  setText(noticeTitle, model.notice?.title ?? '');
  setText(noticeText, model.notice?.text ?? '');
  runningNote.hidden = started || !model.running;
  work.hidden = !started;
  timeline.element.hidden = alone || model.cursor === null;
  root.classList.toggle('running', model.running);
  const words = model.error ?? model.ended ?? '';
  banner.hidden = words === '';
  banner.classList.toggle('error', model.error !== null);
  banner.lastElementChild?.toggleAttribute('hidden', model.error === null);
  setText(bannerText, words);
  const pair = pairs(model);
  side.classList.toggle('both', pair);
  const opened = panelsOpen(model);
  work.dataset.room = opened ? model.room : 'closed';
  side.hidden = !opened;
  bar.hidden = alone || !opened || model.room === 'beside';
  toggle.setAttribute('aria-expanded', String(opened));
  toggle.title = opened
    ? t('Hide the numbers, so that the network gets their room')
    : t('Show the numbers: the tensor at the cursor, and the optimizer');
  setText(tabs[0]!, model.both ? t('Tensor and optimizer') : t('Tensor'));
  for (const [i, [name, , element]] of TABS.entries()) {
    // Where both are on the screen, the first tab stands for the two.
    const on = pair ? name === 'tensor' : tabOf(model) === name;
    tabs[i]!.setAttribute('aria-selected', String(on));
    tabs[i]!.tabIndex = on ? 0 : -1;
    tabs[i]!.hidden = model.both && name === 'optimizer';
    element.hidden = !shows(model, name);
    element.setAttribute('role', pair ? 'region' : 'tabpanel');
  }
  if (!alone && !model.running && model.cursor) setText(spoken, spokenText(model));
  if (!alone) graph.update(model);
  if (started) {
    if (shows(model, 'tensor')) inspector.update(model);
    if (shows(model, 'optimizer')) optimizer.update(model);
    if (shows(model, 'curves')) curves.update(model);
  }
  if (!alone) timeline.update(model);
  selection.tell(model);
  sayWishes(model, store.fresh);
  store.fresh = false;
}

store.subscribe(redraw);
const measure = (): void => store.setRoom(root.clientWidth, root.clientHeight);
new ResizeObserver(measure).observe(root);
measure();
window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const message = readMessage(event.data);
  if (!message) {
    console.warn('Backstep: a message of an unknown shape was ignored');
    return;
  }
  // A picture of before the last key was pressed is no answer to it, nor is the failure of something else.
  const { type } = message;
  const answers = type === 'picture' || type === 'error' ? caughtUp(message.moves ?? -1) : false;
  if (answers && seeker.landed()) timeline.landed();
  if (message.type === 'save') graph.save(message.kind);
  selection.heard(message);
  store.receive(message);
});
post({ type: 'ready' });
