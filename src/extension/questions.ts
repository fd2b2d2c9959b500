/** Watchpoints, and where a number comes from: the palette's and the context menus' questions to a run. */

import * as vscode from 'vscode';
import { t } from '../protocol/l10n';
import type { GradientTerm } from '../protocol/origins';
import type { WatchSpec } from '../protocol/session';
import type { TensorRef } from '../protocol/views';
import { checkText } from '../protocol/whatif';
import type { Log } from './log';
import type { Panels } from './panels';
import type { Run, Runs } from './runs';
import { tensorOf, type VariableContext } from './variableContext';
import { isNumber, TEMPLATES, type WatchTemplate } from './watchTemplates';

/** What the network's nodes and the tensor panel's cells hand to a command of their context menus. */
interface NodeContext {
  webviewSection?: string;
  node?: number;
  cell?: { tensor: number; part?: TensorRef['part']; element: number[] };
}

type Context = VariableContext & NodeContext;

interface Subject {
  /** How expressions name it; `p`: any parameter. */
  expression: string;
  text: string;
  ref?: TensorRef;
  /** One number of it, and how expressions write that. */
  element?: number[];
  at?: string;
}

export class Questions implements vscode.Disposable {
  /** The user's watchpoints, for every run to come. */
  private watchpoints: WatchSpec[] = [];
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly runs: Runs,
    private readonly panels: Panels,
    private readonly log: Log,
  ) {
    this.subscription = runs.onDidOpen((run) => {
      if (this.watchpoints.length > 0) void this.send(run).catch((error) => log.tell(error));
    });
  }

  readonly table: Record<string, (context?: Context) => Promise<void>> = {
    'backstep.addWatchpoint': (context) => this.asking(() => this.add(context)),
    'backstep.removeWatchpoint': () => this.asking(() => this.remove()),
    'backstep.lastWrite': (context) => this.asking(() => this.lastWrite(context)),
    'backstep.whyGradient': (context) => this.asking(() => this.whyGradient(context)),
    'backstep.checkGradient': (context) => this.asking(() => this.checkGradient(context)),
    'backstep.showHistory': (context) => this.asking(() => this.history(context)),
    'backstep.logOverIterations': () => this.asking(() => this.probe()),
  };

  private asking(work: () => Promise<void>): Promise<void> {
    return work().catch((error) => this.log.tell(error));
  }

  // ---- watchpoints ------------------------------------------------------------------------------------------------

  /** Every run has the same, a branch as well as the run that it left. */
  private async sendAll(): Promise<void> {
    await Promise.all(this.runs.all.map((run) => this.send(run)));
  }

  private async send(run: Run): Promise<void> {
    if (run.noDebug) return;
    await run.session.request('setWatchpoints', { group: 'user', watchpoints: this.watchpoints });
  }

  private async add(context?: Context): Promise<void> {
    const run = this.runOf(context);
    const given = run && (await this.subjectOf(run, context));
    const picked = await vscode.window.showQuickPick(
      [
        ...TEMPLATES.filter((t) => !given || t.of).map((t) => ({
          label: vscode.l10n.t(t.label),
          detail: vscode.l10n.t(t.detail),
          template: t,
        })),
        {
          label: vscode.l10n.t('An expression…'),
          detail: vscode.l10n.t(
            'over loss, p, p.grad, buf, relu, variables: norm, mean, min, max, any, all, changed, rises',
          ),
          template: null,
        },
      ],
      { title: given ? vscode.l10n.t('Watch {0}', given.text) : vscode.l10n.t('Add Watchpoint'), matchOnDetail: true },
    );
    if (!picked) return;
    const expression = picked.template
      ? await this.filled(picked.template, run, given)
      : await vscode.window.showInputBox({
          title: vscode.l10n.t('Watchpoint'),
          prompt: vscode.l10n.t('Stops where this begins to hold, in both directions'),
          value: given ? `norm(${given.expression}${given.at ?? ''}) > 100` : 'norm(p.grad) > 100',
        });
    if (!expression) return;
    const watchpoints = [...this.watchpoints, { expression }];
    const statuses = await run?.session.request('setWatchpoints', { group: 'user', watchpoints });
    const wrong = statuses?.at(-1)?.message;
    if (!wrong) this.watchpoints = watchpoints;
    await this.sendAll();
    if (wrong) throw new Error(wrong);
    // A tensor without a name of its own is `tensor(12)` to expressions.
    const said = given ? expression.replaceAll(given.expression, given.text.replace(given.at ?? '', '')) : expression;
    const text = vscode.l10n.t('Watching {0}: Continue and Reverse stop where it begins to hold.', said);
    const reverse = vscode.l10n.t('Reverse');
    const moves = run?.state === 'stopped' ? [reverse, vscode.l10n.t('Continue')] : [];
    void vscode.window.showInformationMessage(text, ...moves).then((picked) => {
      const move = picked === reverse ? 'reverseContinue' : 'continue';
      if (picked) run?.session.request('move', { move }).catch((error) => this.log.tell(error));
    });
  }

  private async filled(template: WatchTemplate, run: Run | undefined, given?: Subject): Promise<string | undefined> {
    const subject = template.of ? (given ?? (await this.parameter(run))) : null;
    if (template.of && !subject) return undefined;
    const name = subject?.expression ?? '';
    const of = `${name}${template.of === 'gradient' && !name.endsWith('.grad') ? '.grad' : ''}${subject?.at ?? ''}`;
    const answers: string[] = [];
    for (const { prompt, value } of template.asks) {
      const answer = await vscode.window.showInputBox({
        title: vscode.l10n.t(template.label),
        prompt: vscode.l10n.t(prompt),
        value,
        validateInput: (text) => (isNumber(text) ? undefined : vscode.l10n.t('A number, such as 0.1 or 1e-6')),
      });
      if (answer === undefined) return undefined;
      answers.push(answer.trim());
    }
    return template.expression(of, ...answers);
  }

  /** Any parameter, or one of those that the run has. */
  private async parameter(run: Run | undefined): Promise<Subject | undefined> {
    const any = {
      label: vscode.l10n.t('Any parameter'),
      subject: { expression: 'p', text: vscode.l10n.t('any parameter') },
    };
    const named = run
      ? (await parametersOf(run)).map(({ name }) => ({ label: name, subject: { expression: name, text: name } }))
      : [];
    if (named.length === 0) return any.subject;
    return (await vscode.window.showQuickPick([any, ...named], { title: vscode.l10n.t('Of which tensor?') }))?.subject;
  }

  private async remove(): Promise<void> {
    if (this.watchpoints.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There are no watchpoints. Add one with "Backstep: Add Watchpoint…".'),
      );
      return;
    }
    const kept = await vscode.window.showQuickPick(
      this.watchpoints.map((watchpoint) => ({ label: watchpoint.expression, picked: true, watchpoint })),
      { title: vscode.l10n.t('Watchpoints: those left unchecked are removed'), canPickMany: true },
    );
    if (!kept) return;
    this.watchpoints = kept.map(({ watchpoint }) => watchpoint);
    await this.sendAll();
  }

  // ---- where a number comes from ----------------------------------------------------------------------------------

  private async lastWrite(context?: Context): Promise<void> {
    const run = this.needed(context);
    const subject =
      (await this.subjectOf(run, context)) ?? (await this.choose(run, vscode.l10n.t('Go to the Last Write of'), true));
    if (!subject) return;
    const { ref, element, expression, text } = subject;
    const found = await run.session.request(
      'lastWrite',
      ref ? { ref, ...(element ? { element } : {}) } : { expression },
    );
    if (found) await run.session.request('seek', { tick: found.tick });
    else
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Nothing that was recorded wrote {0} before this.', text),
      );
  }

  private async whyGradient(context?: Context): Promise<void> {
    const run = this.needed(context);
    const subject =
      (await this.subjectOf(run, context)) ?? (await this.choose(run, vscode.l10n.t('Why the Gradient of'), false));
    if (!subject?.ref) return;
    const why = await run.session.request('whyGradient', {
      tensor: subject.ref.tensor,
      ...(subject.element ? { element: subject.element } : {}),
    });
    if (why.missing) throw new Error(why.missing);
    const at = why.element.length > 0 ? `[${why.element.join(', ')}]` : '';
    const rows = why.terms.map((term) => ({
      label: `$(arrow-small-right) ${numberText(term.value)}`,
      description: term.text,
      detail: detailOf(term),
      term,
    }));
    const rest =
      why.rest === null
        ? []
        : [
            {
              label: numberText(why.rest),
              description: vscode.l10n.t('a hook, or a change after it'),
              detail: '',
              term: null,
            },
          ];
    const picked = await vscode.window.showQuickPick([...rows, ...rest], {
      title: vscode.l10n.t('{0} = {1}: the sum of', `${why.name}${at}`, numberText(why.value ?? 0)),
      placeHolder: vscode.l10n.t('Choose a term to go to its tick'),
      matchOnDescription: true,
    });
    if (!picked?.term) return;
    const { samples, tick } = picked.term;
    await run.session.request('seek', { tick });
    if (samples) await showSamples(`${why.name}${at}: ${picked.term.text}`, picked.term);
  }

  /** Of a node of the network its op alone, of anything else its gradient against the loss. */
  private async checkGradient(context?: Context): Promise<void> {
    const run = this.needed(context);
    const op = context?.node === undefined ? undefined : await gradientTickOf(run, context.node);
    const subject =
      op === undefined
        ? ((await this.subjectOf(run, context)) ?? (await this.choose(run, t('Check the Gradient of'), false)))
        : undefined;
    if (op === undefined && !subject?.ref) return;
    const tensor = subject?.ref?.tensor;
    const views = await run.session.request('checkGradient', op === undefined ? { tensor } : { op });
    const wrong = views.some((view) => !view.missing && !view.agrees);
    const text = views.map(checkText).join(' ');
    const [worst] = views.filter((view) => !view.agrees && view.worst);
    const show = tensor !== undefined && (worst ?? views[0])?.worst ? [t('Show the Element')] : [];
    const say = wrong ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    void say(text, ...show).then((picked) => {
      const element = (worst ?? views[0])?.worst?.element;
      if (picked && tensor !== undefined) this.panels.show().inspect({ tensor, part: 'grad' }, { element });
    });
  }

  private async history(context?: Context): Promise<void> {
    const run = this.needed(context);
    const subject = (await this.subjectOf(run, context)) ?? (await this.choose(run, vscode.l10n.t('History of'), true));
    if (!subject) return;
    const { ref, element, expression } = subject;
    if (ref) {
      this.panels.show().inspect(ref, { face: 'history', ...(element ? { element } : {}) });
      return;
    }
    const { name, points, at, missing } = await run.session.request('history', { expression });
    if (missing) throw new Error(missing);
    const sizes = points.map((p) => (typeof p.value === 'number' ? Math.abs(p.value) : 0));
    const most = Math.max(...sizes, Number.MIN_VALUE);
    const rows = points.map((p, i) => ({
      label: `${i === at ? '$(debug-stackframe)' : '$(blank)'} ${vscode.l10n.t('iteration {0}', p.iteration + 1)}`,
      description: `${'█'.repeat(Math.round((sizes[i] / most) * 24))} ${p.value === null ? vscode.l10n.t('none') : numberText(p.value)}`,
      tick: p.tick,
    }));
    const picked = await vscode.window.showQuickPick(rows, {
      title: vscode.l10n.t('{0} over the iterations', name),
      placeHolder: vscode.l10n.t('Choose an iteration to go there'),
      matchOnDescription: true,
    });
    if (picked) await run.session.request('seek', { tick: picked.tick });
  }

  private async probe(): Promise<void> {
    const run = this.needed();
    const expression = await vscode.window.showInputBox({
      title: vscode.l10n.t('Log Over All Iterations'),
      prompt: vscode.l10n.t('An expression: it is computed again for every iteration so far'),
      value: 'loss',
    });
    if (!expression) return;
    await run.session.request('probe', { expression });
    await vscode.commands.executeCommand('workbench.debug.action.focusRepl');
  }

  // ---- what it is about -------------------------------------------------------------------------------------------

  private runOf(context?: Context): Run | undefined {
    return (context?.sessionId && this.runs.byDebugSession(context.sessionId)) || this.runs.active;
  }

  private needed(context?: Context): Run {
    const run = this.runOf(context);
    if (!run)
      throw new Error(vscode.l10n.t('No Backstep session is running. Press F5 in a training script to start one.'));
    return run;
  }

  /** The variable or the graph's node that a menu was opened on. */
  private async subjectOf(run: Run, context?: Context): Promise<Subject | undefined> {
    let ref: TensorRef | undefined;
    if (context?.node !== undefined) {
      const { nodes } = await run.session.request('picture', {});
      const tensor = nodes.find((node) => node.id === context.node)?.tensor;
      if (typeof tensor !== 'number') throw new Error(vscode.l10n.t('This node has no value yet at the cursor.'));
      ref = { tensor };
    } else if (context?.cell) ref = { tensor: context.cell.tensor, part: context.cell.part ?? 'value' };
    else if (context?.variable) ref = await tensorOf(run, context).catch(() => undefined);
    if (!ref) return undefined;
    const { expression, text } = await run.session.request('watchable', { name: '', tensor: ref });
    if (expression === null) throw new Error(text);
    const element = context?.cell?.element;
    if (!element?.length) return { expression, text, ref };
    const at = `[${element.join(', ')}]`;
    return { expression, at, text: `${text}${at}`, ref, element };
  }

  private async choose(run: Run, title: string, loss: boolean): Promise<Subject | undefined> {
    const named = (await parametersOf(run)).map(({ name, tensor }) => ({
      label: name,
      subject: { expression: name, text: name, ref: { tensor } } as Subject,
    }));
    const first = loss
      ? [{ label: 'loss', subject: { expression: 'loss', text: vscode.l10n.t('the loss') } as Subject }]
      : [];
    return (await vscode.window.showQuickPick([...first, ...named], { title }))?.subject;
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

/** Where an op's gradient ran; undefined for a node that is no op. */
async function gradientTickOf(run: Run, node: number): Promise<number | undefined> {
  const [graph, { nodes }] = await Promise.all([run.session.request('graph', {}), run.session.request('picture', {})]);
  const { kind } = graph.nodes.find(({ id }) => id === node) ?? {};
  if (kind !== 'op' && kind !== 'loss') return undefined;
  const state = nodes.find(({ id }) => id === node);
  if (state?.backward && state.backwardTick !== null) return state.backwardTick;
  throw new Error(t('The gradient of this op has not run yet at the cursor: step on into loss.backward().'));
}

const parametersOf = async (run: Run) => (await run.session.request('update', {})).parameters;

const numberText = (v: number | string): string =>
  typeof v === 'string' ? v : Number.isInteger(v) ? String(v) : String(Number(v.toPrecision(6)));

function detailOf({ formula, norm, samples, place }: GradientTerm): string {
  const where = place ? vscode.l10n.t('line {0}', place.line) : '';
  const size = norm === null ? '' : vscode.l10n.t('norm {0}', numberText(norm));
  const of = samples ? vscode.l10n.t('sum over {0} samples', samples.length) : '';
  return [formula, of, size, where].filter(Boolean).join('  ·  ');
}

/** What each sample adds, the largest first: they add up to the term. */
async function showSamples(title: string, { samples, value }: GradientTerm): Promise<void> {
  const sorted = [...(samples ?? [])].sort((a, b) => Math.abs(Number(b.value)) - Math.abs(Number(a.value)));
  const rows = sorted.map((s) => ({ label: vscode.l10n.t('sample {0}', s.index), description: numberText(s.value) }));
  await vscode.window.showQuickPick(rows, {
    title: vscode.l10n.t('{0} = {1}, sample by sample', title, numberText(value)),
  });
}
