/** Activation: wires commands, views and the debugger. Loads neither adapter nor engine; the first session does. */
import * as vscode from 'vscode';
import { setWords } from '../protocol/l10n';
import { AdapterFactory } from './adapters';
import { registerCommands } from './commands';
import { ConfigurationProvider } from './configuration';
import { Docked } from './docked';
import { Figures } from './figures';
import { registerLanguageFeatures } from './languageFeatures';
import { COVERAGE_COMMAND, Log } from './log';
import { Marks } from './marks';
import { Panels } from './panels';
import { PrintedView } from './printed';
import { RecentRuns } from './recentRuns';
import { registerRecordedSources } from './recordedSources';
import { DEBUG_TYPE, type Run, Runs } from './runs';
import { registerStatusBar } from './statusBar';
import { registerTables } from './tables';
import { registerTour } from './tour';

/** How Backstep's torch words a name that it does not have. */
const UNSUPPORTED = /is not in Backstep yet/;

let end = async () => {};

export function activate(context: vscode.ExtensionContext): void {
  setWords(vscode.l10n.bundle);
  const log = new Log();
  const runs = new Runs();
  end = () => runs.end();
  const marks = new Marks(runs);
  const assets = vscode.Uri.joinPath(context.extensionUri, 'dist');
  const docked = new Docked(runs, context.workspaceState);
  const panels = new Panels({ runs, marks, log, assets }, docked);
  const recent = new RecentRuns(runs, log, context.globalStorageUri);
  const configurations = new ConfigurationProvider(log);
  context.subscriptions.push(
    log,
    runs,
    marks,
    docked,
    panels,
    recent,
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurations),
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      { provideDebugConfigurations: () => configurations.provideDebugConfigurations() },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.debug.registerDebugAdapterDescriptorFactory(
      DEBUG_TYPE,
      new AdapterFactory(runs, recent, assets.fsPath, log),
    ),
    registerCommands(runs, panels, recent, log, context.extensionUri),
    registerTour(runs, panels, log, context),
    registerLanguageFeatures(runs),
    new PrintedView(runs, log, assets, docked),
    new Figures(runs, log, assets),
    registerStatusBar(runs),
    registerRecordedSources(runs),
    registerTables(),
    runs.onDidStop((run) => offerWayOut(run, log)),
  );
}

/** What runs is stopped, and what was written of it gets its end. */
export const deactivate = (): Promise<void> => end();

/** An exception for a missing part of torch comes with the page that says what there is. */
function offerWayOut({ stop }: Run, log: Log): void {
  if (stop?.reason !== 'exception' || !UNSUPPORTED.test(stop.text ?? '')) return;
  log.tell(stop.text, {
    [vscode.l10n.t('Open Coverage Page')]: () => vscode.commands.executeCommand(COVERAGE_COMMAND),
  });
}
