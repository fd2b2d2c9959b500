/** The one door to the extension: messages out, and the small state that survives hide and show. */
import type { FromWebview } from '../src/protocol/webview';

interface VsCodeApi {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

export const post = (message: FromWebview): void => api.postMessage(message);
export const loadState = (): unknown => api.getState();
export const saveState = (state: unknown): void => api.setState(state);
