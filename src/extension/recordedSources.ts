/** Scripts that are not on this machine, read out of the recording that is looked at. */
import * as vscode from 'vscode';
import type { Runs } from './runs';

const SCHEME = 'backstep-source';

/** The address of a script's recorded text. */
export const recordedSource = (program: string, path: string): vscode.Uri =>
  vscode.Uri.from({
    scheme: SCHEME,
    path: path.startsWith('/') ? path : `/${path}`,
    query: JSON.stringify([program, path]),
  });

export function registerRecordedSources(runs: Runs): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent({ query }) {
      const [program, path] = JSON.parse(query) as [string, string];
      const run = runs.byProgram(program);
      if (!run) throw new Error(vscode.l10n.t('The recording that holds this script is not open any more.'));
      return (await run.session.request('source', { path })).text;
    },
  });
}
