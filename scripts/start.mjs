// `npm start`: a VS Code with Backstep in it, on examples/. Needs Node.js 20 and nothing else; a second start takes seconds.
// Your own VS Code is used if there is one, with a profile of its own: your settings and extensions are not touched.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, stamp, stamped } from './lib/inputs.mjs';
import { ensureNodeModules } from './lib/install.mjs';
import { keep, main, root, run, start, timed } from './lib/process.mjs';
import { ensurePackage } from './package.mjs';

const folder = join(root, 'examples');
const file = join(folder, 'three_class.py');
const windows = process.platform === 'win32';
const asRoot = process.getuid?.() === 0;

/** Installs the .vsix unless that very one is installed already. */
async function installOnce(vsix, profile, install) {
  const hash = hashOf(['backstep.vsix']);
  const name = `installed-${profile.name}`;
  if (stamped(name) === hash && existsSync(profile.extensions)) return;
  await timed('Installing Backstep into it', () => install(vsix).then(() => {}));
  stamp(name, hash);
}

function profileOf(name) {
  const home = join(keep, name);
  return { name, userData: join(home, 'user-data'), extensions: join(home, 'extensions') };
}

const profileArgs = ({ userData, extensions }) => ['--user-data-dir', userData, '--extensions-dir', extensions];

/** Opens a desktop VS Code; `command` is its command-line program. */
async function openDesktop(command, vsix, cli = command) {
  const { writeSettings } = await import('./lib/vscode.mjs');
  const profile = profileOf('profile');
  if (!existsSync(profile.userData)) writeSettings(profile.userData);
  const args = [...profileArgs(profile), ...(asRoot ? ['--no-sandbox'] : [])];
  const shell = windows && command.endsWith('code');
  await installOnce(vsix, profile, (path) => run(cli, [...args, '--install-extension', path, '--force'], { shell }));
  const lock = join(profile.userData, 'code.lock'); // VS Code writes its process id here
  // `code` leaves its window to itself, so that ending `code` is not enough.
  process.on('exit', () => {
    try {
      if (existsSync(lock)) process.kill(Number(readFileSync(lock, 'utf8')));
    } catch {
      // It has ended already.
    }
    rmSync(lock, { force: true });
  });
  const child = start(command, [...args, '--disable-workspace-trust', '--new-window', '--wait', folder, file], {
    shell,
  });
  console.log('\nVS Code is opening. Press F5 in three_class.py. Close the window or press Ctrl-C here to end.');
  await new Promise((resolve) => child.once('exit', resolve));
}

async function openInBrowser(vsix) {
  const { ensureCodeServer, freePort, installExtension, startCodeServer, writeSettings } = await import(
    './lib/vscode.mjs'
  );
  await ensureCodeServer();
  const profile = profileOf('browser-profile');
  if (!existsSync(profile.userData)) writeSettings(profile.userData);
  await installOnce(vsix, profile, (path) => installExtension(path, profile));
  const port = await freePort(Number(process.env.PORT ?? 8765));
  const server = await timed('Starting VS Code', () => startCodeServer({ ...profile, port }));
  const payload = JSON.stringify([['openFile', `vscode-remote://${server.authority}${file}`]]);
  const address = `${server.address}/?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(payload)}`;
  console.log(
    `\nOpen this in a browser on this machine, and press F5 in three_class.py:\n\n  ${address}\n\nCtrl-C ends it.`,
  );
  const opener = { darwin: 'open', linux: 'xdg-open' }[process.platform];
  const { hasScreen } = await import('./lib/vscode.mjs');
  if (opener && hasScreen()) start(opener, [address]).once('error', () => {});
  await new Promise((resolve) => server.child.once('exit', resolve));
}

await main(async () => {
  await ensureNodeModules();
  const vsix = await ensurePackage();
  const { desktopVSCode, hasScreen } = await import('./lib/vscode.mjs');

  const own = hasScreen() && (await run('code', ['--version'], { shell: windows }).catch(() => undefined));
  if (own) {
    console.log(`Using your VS Code ${own.split('\n')[0]}`);
    return openDesktop('code', vsix);
  }
  const { executable, reason } = await desktopVSCode();
  if (executable) {
    console.log(`Using ${executable}`);
    const { resolveCliPathFromVSCodeExecutablePath } = await import('@vscode/test-electron');
    return openDesktop(executable, vsix, resolveCliPathFromVSCodeExecutablePath(executable));
  }
  console.log(`No desktop VS Code here: \`code\` is not usable, and ${reason}. Using code-server.`);
  return openInBrowser(vsix);
});
