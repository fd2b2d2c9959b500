// Options of esbuild that put our own stand-ins in place of Node's modules, for code of the recorder that runs in a browser.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './process.mjs';

const folder = join(root, 'src/page/node');

/** What a stand-in does not have (writing files) is undefined where it is called, not an error when it is bundled. */
const plugin = {
  name: 'browser-node',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({
      path: path.slice('node:'.length),
      namespace: 'browser-node',
    }));
    build.onLoad({ filter: /.*/, namespace: 'browser-node' }, ({ path }) => {
      const file = join(folder, `${path}.ts`);
      if (!existsSync(file))
        return {
          errors: [{ text: `node:${path} has no stand-in in src/page/node/: the exported page cannot use it` }],
        };
      return { contents: `module.exports = require(${JSON.stringify(file)})`, loader: 'js', resolveDir: folder };
    });
  },
};

export const browserNode = { plugins: [plugin], inject: [join(folder, 'buffer.ts')] };
