import { beforeEach, expect, test, vi } from 'vitest';

const state = vi.hoisted(() => ({
  isTrusted: true,
  editor: undefined as undefined | object,
  told: [] as { text: string; actions: string[] }[],
}));
vi.mock('vscode', () => ({
  TabInputCustom: class {},
  TabInputText: class {},
  window: {
    get activeTextEditor() {
      return state.editor;
    },
    tabGroups: { activeTabGroup: {} },
  },
  workspace: {
    get isTrusted() {
      return state.isTrusted;
    },
    textDocuments: [],
    getConfiguration: () => ({ get: () => 256 }),
  },
  commands: {},
  l10n: { t: (text: string) => text },
}));

import { ConfigurationProvider } from '../../../src/extension/configuration';
import type { Log } from '../../../src/extension/log';

const log = {
  tell: (text: string, actions = {}) => state.told.push({ text, actions: Object.keys(actions) }),
} as unknown as Log;
const provider = new ConfigurationProvider(log);
const launch = (program: string) => ({ type: 'backstep', request: 'launch', name: 'x', program });

beforeEach(() => {
  Object.assign(state, { isTrusted: true, editor: undefined, told: [] });
});

test('F5 without a launch.json debugs the script on screen', () => {
  state.editor = { document: { languageId: 'python', uri: { scheme: 'file', fsPath: '/w/train.py' } } };
  const config = provider.resolveDebugConfiguration(undefined, {} as never);
  expect(config).toMatchObject({ type: 'backstep', request: 'launch', program: '/w/train.py', memoryLimit: 256 });
});

test('F5 over anything else says what can be debugged, and starts nothing', () => {
  state.editor = { document: { languageId: 'markdown', uri: { scheme: 'file', fsPath: '/w/a.md' } } };
  expect(provider.resolveDebugConfiguration(undefined, {} as never)).toBeUndefined();
  expect(state.told[0]?.text).toContain('Python scripts (.py)');
});

test('in a workspace that is not trusted no script starts, and trust is offered', async () => {
  state.isTrusted = false;
  const config = launch('/w/train.py');
  expect(await provider.resolveDebugConfigurationWithSubstitutedVariables(undefined, config)).toBeUndefined();
  expect(state.told).toEqual([{ text: expect.stringContaining('not trusted'), actions: ['Manage Workspace Trust'] }]);
});

test.each([
  ['/w/sub/train.py', '/w'],
  ['/w..d/train.py', undefined],
  ['/w2/train.py', undefined],
])('%s in the workspace /w runs in %s', async (program, cwd) => {
  const folder = { uri: { scheme: 'file', fsPath: '/w' } } as never;
  const config = await provider.resolveDebugConfigurationWithSubstitutedVariables(folder, launch(program));
  expect(config?.cwd).toBe(cwd);
});

test('a recording is data: it opens without trust', async () => {
  state.isTrusted = false;
  const config = launch('/w/run.backstep');
  expect(await provider.resolveDebugConfigurationWithSubstitutedVariables(undefined, config)).toMatchObject(config);
});
