/** What is chosen in one view of a run is chosen in all of them: told when the user changes it here, taken over when it is told. */
import type { Selection, ToWebview } from '../src/protocol/webview';
import { post } from './host';
import type { Model } from './store';

const NOTHING: Selection = { node: null, ref: null, parameter: null, element: null };

export class SharedSelection {
  /** What every view knows of. */
  private known = JSON.stringify(NOTHING);

  /** It was chosen elsewhere: no news from here. */
  heard(message: ToWebview): void {
    if (message.type === 'selected') this.known = textOf(message.selection);
  }

  tell({ ui, picture }: Model): void {
    if (!picture) return;
    const text = textOf(ui);
    if (text === this.known) return;
    this.known = text;
    post({ type: 'select', selection: JSON.parse(text) });
  }
}

const textOf = ({ node, ref, parameter, element }: Selection): string =>
  JSON.stringify({ node, ref, parameter, element });
