/** The wire between the host (extension host or command line) and the worker thread that runs the script. */
import type { Words } from './l10n';
import type { EventName, Events, LaunchArguments, RequestName, Requests, SessionCapabilities } from './session';

/**
 * The worker blocks in `Atomics.wait` while paused. A host posts its message to the port, adds 1 to control[REQUESTS] and notifies;
 * the worker reads all messages with `receiveMessageOnPort` at safe points and when woken. control[INTERRUPTED] is 1 where an interrupt
 * is the user's, who ends the script, and not one that makes room for a request.
 */
export const Control = { REQUESTS: 0, INTERRUPTED: 1, LENGTH: 2 } as const;

export interface WorkerData {
  launch: LaunchArguments;
  control: SharedArrayBuffer;
  /** One byte, pyodide's interrupt buffer. */
  interrupt: SharedArrayBuffer;
  /** Folder of our built files: pyodide/, python/, python.snapshot. */
  assets: string;
  /** What it says, in the display language. */
  words: Words;
}

export type ToWorker = {
  [N in RequestName]: { id: number; name: N; args: Requests[N][0] };
}[RequestName];

export type FromWorker =
  | { type: 'answer'; id: number; result: unknown }
  /** `id` 0, before `ready`: why the script or recording could not be opened. */
  | { type: 'failure'; id: number; message: string }
  | { [N in EventName]: { type: 'event'; name: N; event: Events[N] } }[EventName]
  /** `slow`: why Python had to be started without its memory snapshot. */
  | { type: 'ready'; capabilities: SessionCapabilities; script: string; slow?: string | null };
