// Takes pictures of the webview in a harness, to be looked at: node scripts/shots.mjs FOLDER [what their names have in them]
import { bundled } from './lib/bundle.mjs';

await bundled('test/webview/shots.ts', (file) => import(file), { packages: 'external' });
