/** What F5 means: with a launch.json, without one, and in a workspace that is not trusted. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isInside } from '../debugger/launch';
import { isRecording } from '../protocol/recordingFile';
import type { Log } from './log';
import { isNotebook, notebookOnScreen } from './notebooks';
import { DEBUG_TYPE } from './runs';

/** A configuration for a script or recording, as F5, the CodeLens and the title button start it. */
export function configurationFor(program: string): vscode.DebugConfiguration {
  const name = isRecording(program)
    ? vscode.l10n.t('Open {0}', basename(program))
    : vscode.l10n.t('Debug training: {0}', basename(program));
  return { type: DEBUG_TYPE, request: 'launch', name, program };
}

/** The file on screen that can be debugged: a Python script, or a recording's editor. */
export function programOnScreen(): string | undefined {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === 'python' && document.uri.scheme !== 'untitled') return document.uri.fsPath;
  const book = notebookOnScreen();
  if (book) return book.uri.fsPath;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  return uri && (isRecording(uri.fsPath) || uri.fsPath.endsWith('.py')) ? uri.fsPath : undefined;
}

export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  constructor(private readonly log: Log) {}

  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return [{ type: DEBUG_TYPE, request: 'launch', name: vscode.l10n.t('Debug training'), program: `\${file}` }];
  }

  /** Fills in what is missing. `undefined` calls the start off; whoever gets that was told why. */
  resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    if (!config.type && !config.request && !config.program) {
      const program = programOnScreen();
      if (!program) {
        this.log.tell(
          vscode.l10n.t(
            'Backstep debugs Python scripts (.py), notebooks (.ipynb) and recordings (.backstep): open one, then press F5.',
          ),
        );
        return undefined;
      }
      Object.assign(config, configurationFor(program), { noDebug: config.noDebug });
    }
    config.program ??= `\${file}`;
    const settings = vscode.workspace.getConfiguration('backstep', folder);
    config.memoryLimit ??= settings.get('memoryLimit');
    config.scratchFolder ??= settings.get<string>('scratchFolder') || undefined;
    return config;
  }

  /** Last before the start, with `${file}` filled in: saves the script, and lets nothing run that is not trusted. */
  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const program = String(config.program ?? '');
    // A recording is data: looking at it runs nothing.
    if (!vscode.workspace.isTrusted && !isRecording(program)) {
      this.log.tell(vscode.l10n.t('Backstep runs no script in a workspace that is not trusted.'), {
        [vscode.l10n.t('Manage Workspace Trust')]: () => vscode.commands.executeCommand('workbench.trust.manage'),
      });
      return undefined;
    }
    // What runs is the text that was recorded, not the file's.
    if (config.branch) return config;
    const documents = isNotebook(program) ? vscode.workspace.notebookDocuments : vscode.workspace.textDocuments;
    const document = documents.find(({ uri }) => uri.fsPath === program);
    if (document?.isUntitled) {
      this.log.tell(vscode.l10n.t('Save the script first: Backstep runs files.'));
      return undefined;
    }
    if (document?.isDirty && !(await document.save())) return undefined;
    config.cwd ??=
      folder?.uri.scheme === 'file' && isInside(folder.uri.fsPath, program) ? folder.uri.fsPath : undefined;
    return config;
  }
}
