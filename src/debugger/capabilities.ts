/** What the debugger can do, as the Debug Adapter Protocol words it. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { t } from '../protocol/l10n';

/** Everything a client may ask for. What a session cannot do (a recording runs nothing) it refuses in words. */
export const capabilities = (): DebugProtocol.Capabilities => ({
  supportsConfigurationDoneRequest: true,
  supportsStepBack: true,
  supportsSteppingGranularity: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsFunctionBreakpoints: true,
  supportsDataBreakpoints: true,
  supportsExceptionFilterOptions: true,
  supportsExceptionOptions: true,
  supportsBreakpointLocationsRequest: true,
  supportsExceptionInfoRequest: true,
  supportsEvaluateForHovers: true,
  supportsClipboardContext: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.', '['],
  supportsGotoTargetsRequest: true,
  supportsStepInTargetsRequest: true,
  supportsRestartFrame: true,
  supportsLoadedSourcesRequest: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportsCancelRequest: true,
  supportsValueFormattingOptions: false,
  exceptionBreakpointFilters: [
    {
      filter: 'raised',
      label: t('Raised Exceptions'),
      description: t('Stops where any exception is raised, even one that the script catches.'),
      default: false,
      supportsCondition: true,
      conditionDescription: t('Types of exceptions, such as ValueError, KeyError.'),
    },
    {
      filter: 'uncaught',
      label: t('Uncaught Exceptions'),
      description: t(
        'Stops at the line of an exception that would end the script; everything before it can be explored.',
      ),
      default: true,
      supportsCondition: true,
      conditionDescription: t('Types of exceptions, such as ValueError, KeyError.'),
    },
    {
      filter: 'nonfinite',
      label: t('NaN or Infinity in the Loss'),
      description: t(
        'Stops at backward() on a loss that is not finite, and names the op that made the first such value.',
      ),
      default: true,
      supportsCondition: true,
      conditionDescription: t("An expression over the script's variables, such as epoch > 3."),
    },
    {
      filter: 'origin',
      label: t('First NaN or Infinity'),
      description: t(
        'Stops at the op, forward or backward, that makes a NaN or an infinity out of finite inputs. Every result is looked at: the run is slower.',
      ),
      default: false,
      supportsCondition: true,
      conditionDescription: t(
        'An expression over the result `out`, such as any(isnan(out)): masks of -inf are no trouble.',
      ),
    },
  ],
});
