/** The words of this page: its body carries those of the display language. */
import { setWords } from '../src/protocol/l10n';

function handedOver(): unknown {
  try {
    return JSON.parse(document.body.dataset.words ?? '{}');
  } catch {
    return {};
  }
}

// Before any other module makes its elements: each of them imports `t` from here.
setWords(handedOver());

export { plural, t } from '../src/protocol/l10n';
