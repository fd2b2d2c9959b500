import { expect, test, vi } from 'vitest';

vi.mock('vscode', () => {
  const event = () => ({ dispose: () => {} });
  return {
    Uri: { joinPath: (...parts: string[]) => parts.join('/') },
    debug: { onDidChangeActiveStackItem: event },
    window: { onDidChangeTextEditorSelection: event },
  };
});

import { NetworkPanel, type Surroundings } from '../../../src/extension/panel';
import type { Run } from '../../../src/extension/runs';

const event = () => ({ dispose: () => {} });

test('an answer that comes after the view was closed is dropped', async () => {
  let answer!: (_: unknown) => void;
  const request = vi.fn(() => new Promise((resolve) => (answer = resolve)));
  let say!: (_: unknown) => void;
  let closed = false;
  const postMessage = vi.fn();
  // As VS Code's: a webview that is gone throws at every touch.
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
  const runs = Object.fromEntries(
    ['Open', 'ChangeActive', 'Stop', 'Progress', 'Mark', 'End', 'Close'].map((name) => [`onDid${name}`, event]),
  );
  const around = { runs, marks: { setMark: () => {} }, log: {}, assets: '/assets' } as unknown as Surroundings;
  const run = { session: { request }, state: 'running' } as unknown as Run;
  const network = new NetworkPanel(panel as never, around, () => run);
  say({ type: 'ready' });
  say({ type: 'inspect', ref: { tensor: 1 } });
  expect(request).toHaveBeenCalledWith('tensor', { tensor: 1 });
  closed = true;
  network.dispose();
  answer({ tensor: 1 });
  await vi.waitFor(() => expect(request.mock.results[0]!.value).resolves.toBeDefined());
  expect(postMessage).not.toHaveBeenCalled();
});
