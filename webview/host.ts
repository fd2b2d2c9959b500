/** The one door to the extension: messages out, and the small state that survives hide and show. */
import type { FromWebview } from '../src/protocol/webview';

interface VsCodeApi {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

/** Moves asked for since the extension heard `ready`. */
let moves = 0;

export function post(message: FromWebview): void {
  if (message.type === 'ready') moves = 0;
  if (message.type === 'seek' || message.type === 'move') moves++;
  api.postMessage(message);
}

/** Is a picture that is seen after so many moves seen after all of them? */
export const caughtUp = (after: number): boolean => after >= moves;

export const loadState = (): unknown => api.getState();
export const saveState = (state: unknown): void => api.setState(state);
