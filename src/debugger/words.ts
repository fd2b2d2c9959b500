/** The words a stop is told in, and how our reasons map to the protocol's. */

import type { DebugProtocol } from '@vscode/debugprotocol';
import { t } from '../protocol/l10n';
import type { Events, StopReason } from '../protocol/session';

/** Clients choose icons and behaviour by these; the description is what people read. */
const REASONS: Record<StopReason, string> = {
  entry: 'entry',
  step: 'step',
  breakpoint: 'breakpoint',
  watchpoint: 'data breakpoint',
  exception: 'exception',
  pause: 'pause',
  goto: 'goto',
  branch: 'goto',
  end: 'pause',
  'start of recording': 'entry',
};

function describe(stop: Events['stopped']): string {
  const { reason, cursor } = stop;
  switch (reason) {
    case 'entry':
      return t('Paused before the first line');
    case 'breakpoint':
      return t('Paused on a breakpoint');
    case 'watchpoint':
      return t('Paused on a watchpoint');
    case 'exception':
      return t('Paused on an exception');
    case 'pause':
      return t('Paused');
    case 'end':
      return stop.text ?? t('The script has ended. Step back to see how it got here');
    case 'start of recording':
      return t('At the start of the recording: there is nothing before this');
    case 'branch':
      return t('Branched here: {0}', cursor.label);
    case 'goto':
      return t('At tick {0}: {1}', cursor.tick + 1, cursor.label);
    case 'step':
      return cursor.kind === 'line' || cursor.kind === 'output' ? t('Paused on a step') : cursor.label;
  }
}

/** The body of a `stopped` event; `ids` are the breakpoints' ids as the client knows them. */
export function stoppedBody(stop: Events['stopped'], ids: number[]): DebugProtocol.StoppedEvent['body'] {
  return {
    reason: REASONS[stop.reason],
    description: describe(stop),
    threadId: 1,
    allThreadsStopped: true,
    ...(stop.text ? { text: stop.text } : {}),
    ...(ids.length > 0 ? { hitBreakpointIds: ids } : {}),
  };
}
