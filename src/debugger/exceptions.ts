/** Which exceptions stop: the protocol's filters, their conditions, and its options for single types. */

import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { t } from '../protocol/l10n';
import type { ExceptionFilter, Requests } from '../protocol/session';

type Filters = Requests['setExceptionFilters'][0];

const FILTER = { always: 'raised', unhandled: 'uncaught', userUnhandled: 'uncaught', never: null } as const;

/** What the session is asked for. Throws with words for the user where an option says what cannot be done. */
export function conditionsOf({
  filters,
  filterOptions = [],
  exceptionOptions = [],
}: P.SetExceptionBreakpointsArguments): Filters {
  const wanted = new Set(filters as ExceptionFilter[]);
  const conditions: { [F in ExceptionFilter]?: string } = {};
  for (const { filterId, condition } of filterOptions) {
    wanted.add(filterId as ExceptionFilter);
    if (condition?.trim()) conditions[filterId as ExceptionFilter] = condition;
  }
  for (const { path = [], breakMode } of exceptionOptions) {
    const filter = FILTER[breakMode];
    if (path.some((part) => part.negate))
      throw new Error(t('All exceptions but some cannot be asked for: name those that stop.'));
    if (filter === null) continue;
    const types = path.at(-1)?.names.join(', ') ?? '';
    const known = conditions[filter];
    // A filter without a condition stops at all types.
    if (types === '' || (wanted.has(filter) && known === undefined)) delete conditions[filter];
    else conditions[filter] = known === undefined ? types : `${known}, ${types}`;
    wanted.add(filter);
  }
  return { filters: [...wanted], ...(Object.keys(conditions).length > 0 ? { conditions } : {}) };
}
