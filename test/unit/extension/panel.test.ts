import { expect, test, vi } from 'vitest';

vi.mock('vscode', () => {
  const event = () => ({ dispose: () => {} });
  return {
    Uri: { joinPath: (...parts: string[]) => parts.join('/') },
    l10n: { t: (text: string) => text },
    env: { language: 'en' },
    debug: { onDidChangeActiveStackItem: event },
    window: { onDidChangeTextEditorSelection: event },
  };
});

import { NetworkPanel, type Surroundings } from '../../../src/extension/panel';
import type { Run } from '../../../src/extension/runs';

const event = () => ({ dispose: () => {} });

/** A panel in a webview that throws at every touch once it is gone, as VS Code's does. */
function show(all: Run[]) {
  let say!: (_: unknown) => void;
  let closed = false;
  const postMessage = vi.fn();
  const focus = vi.fn(async (_: Run) => {});
  const panel = {
    visible: true,
    onDidChangeViewState: event,
    get webview() {
      if (closed) throw new Error('Webview is disposed');
      return {
        cspSource: 'vscode',
        asWebviewUri: String,
        postMessage,
        onDidReceiveMessage: (listener: typeof say) => {
          say = listener;
          return event();
        },
      };
    },
  };
  const runs = {
    ...Object.fromEntries(
      ['Open', 'ChangeActive', 'Stop', 'Progress', 'Mark', 'Select', 'End', 'Close'].map((name) => [
        `onDid${name}`,
        event,
      ]),
    ),
    all,
    focus,
    byDebugSession: (id: string) => all.find((run) => run.id === id),
  };
  const around = { runs, marks: { setMark: () => {} }, log: {}, assets: '/assets' } as unknown as Surroundings;
  const network = new NetworkPanel(panel as never, around, () => all[0]);
  const close = () => {
    closed = true;
    network.dispose();
  };
  return { say, postMessage, focus, close };
}

test('an answer that comes after the view was closed is dropped', async () => {
  let answer!: (_: unknown) => void;
  const request = vi.fn(() => new Promise((resolve) => (answer = resolve)));
  const of = { id: '1', name: 'train.py', configuration: {} };
  const { say, postMessage, close } = show([{ ...of, session: { request }, state: 'running' } as unknown as Run]);
  say({ type: 'ready' });
  say({ type: 'inspect', ref: { tensor: 1 } });
  expect(request).toHaveBeenCalledWith('tensor', { tensor: 1 });
  close();
  answer({ tensor: 1 });
  await vi.waitFor(() => expect(request.mock.results.at(-1)!.value).resolves.toBeDefined());
  expect(postMessage).not.toHaveBeenCalled();
});

test('two runs are drawn side by side, and VS Code turns to the one that is chosen', async () => {
  const runOf = (id: string, name: string, configuration: object, losses: number[]) => {
    const request = vi.fn(async (what: string) =>
      what === 'timeline' ? { spans: losses.map((loss) => ({ loss })) } : {},
    );
    const run = { id, name, configuration, session: { request }, state: 'stopped', cursor: { tick: 7 } };
    return run as unknown as Run;
  };
  const first = runOf('1', 'train.py', {}, [2, 1]);
  const branch = { from: { mark: { iteration: 1 } } };
  const second = runOf('2', 'train.py branch 1', { branch, branchOf: '1' }, [2, 3]);
  const { say, postMessage, focus } = show([first, second]);
  say({ type: 'ready' });
  await vi.waitFor(() => expect(postMessage.mock.calls.map(([m]) => m.type)).toContain('runs'));
  expect(postMessage.mock.calls.map(([m]) => m).find((m) => m.type === 'runs').runs).toEqual([
    { id: '1', name: 'train.py', parent: null, left: null, losses: [2, 1], shown: true },
    { id: '2', name: 'train.py branch 1', parent: '1', left: 1, losses: [2, 3], shown: false },
  ]);
  say({ type: 'focus', run: '2' });
  say({ type: 'focus', run: 'nobody' });
  expect(focus.mock.calls).toEqual([[second]]);
});
