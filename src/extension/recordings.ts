/** What can be done with a recording as a whole: made into a page; its printed lines, each of which is a way to its tick. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { Printed } from '../feed/printed';
import { currentWords } from '../protocol/l10n';
import type { FromWebview } from '../protocol/webview';
import type { Run } from './runs';

/** Where a file of a run is offered to be saved: beside its script, for a run that was kept lies in a folder that nobody knows. */
function placed(run: Run | undefined, name: string): { defaultUri?: vscode.Uri } {
  const beside = [run?.session.script, run?.program].filter((path) => path !== undefined).map((path) => dirname(path));
  const folder = beside.find((path) => existsSync(path)) ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return folder === undefined ? {} : { defaultUri: vscode.Uri.file(join(folder, name)) };
}

/** Asks where, and writes one HTML page that steps through the run. */
export async function exportRecording(run: Run, assets: string): Promise<void> {
  const { session, program } = run;
  const name = basename(program).replace(/\.(py|backstep)$/i, '');
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Recording as HTML'),
    ...placed(run, `${name}.html`),
    filters: { [vscode.l10n.t('Web page')]: ['html'] },
  });
  if (!uri) return;
  const { writePage } = await import('../export/html');
  const bytes = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Exporting {0}', basename(uri.fsPath)) },
    async () => {
      const file = join(tmpdir(), `${name}-${randomUUID()}.backstep`);
      try {
        await session.request('save', { path: file });
        return await writePage(assets, file, uri.fsPath, basename(session.script), {
          language: vscode.env.language,
          words: currentWords(),
        });
      } finally {
        await rm(file, { force: true });
      }
    },
  );
  const open = vscode.l10n.t('Open in Browser');
  const said = vscode.l10n.t('Exported {0} ({1} MB).', basename(uri.fsPath), (bytes / 1e6).toFixed(1));
  void vscode.window.showInformationMessage(said, open).then((picked) => {
    if (picked === open) void vscode.env.openExternal(uri);
  });
}

/** What a view drew, or its numbers, where the user wants it. */
export async function saveExport(
  { name, kind, text }: Extract<FromWebview, { type: 'export' }>,
  run: Run | undefined,
): Promise<void> {
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export as {0}', kind.toUpperCase()),
    ...placed(run, `${name}.${kind}`),
    filters: { [kind.toUpperCase()]: [kind] },
  });
  if (!uri) return;
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text, kind === 'png' ? 'base64' : 'utf8'));
  void vscode.window.showInformationMessage(vscode.l10n.t('Exported {0}.', basename(uri.fsPath)));
}

/** Lists what was printed; choosing a line goes to the tick that printed it. */
export async function goToOutput(run: Run): Promise<void> {
  const { session } = run;
  const [{ lines }, { tick }] = await Promise.all([new Printed().fill(session), session.request('cursor', {})]);
  const items = lines
    .filter(({ text }) => text.trim() !== '')
    .map((line) => ({
      label: line.text,
      description: `${vscode.l10n.t('iteration {0}', line.iteration + 1)}${line.tick > tick ? ` · ${vscode.l10n.t('later')}` : ''}`,
      tick: line.tick,
    }));
  if (items.length === 0) throw new Error(vscode.l10n.t('Nothing was printed yet.'));
  const picker = vscode.window.createQuickPick<(typeof items)[number]>();
  Object.assign(picker, { title: vscode.l10n.t('Go to Printed Line'), items, matchOnDescription: true });
  // The last line that is printed at the cursor is where one looks from.
  const here = items.findLast((item) => item.tick <= tick);
  if (here) picker.activeItems = [here];
  picker.onDidAccept(() => {
    const [picked] = picker.selectedItems;
    picker.hide();
    if (picked) void session.request('seek', { tick: picked.tick });
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
}
