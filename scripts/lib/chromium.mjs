// A Chromium for the tests that look at VS Code. Debian's package is installed where we may; no browser is downloaded
// from elsewhere.
import { existsSync } from 'node:fs';
import { run, timed } from './process.mjs';

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const findChromium = () => PLACES.find((path) => path && existsSync(path));

export const HOW_TO_GET_CHROMIUM =
  'no Chromium was found: install it (Debian: apt-get install chromium) or set CHROMIUM to its path';

/** The path of a Chromium, or undefined where there is none and it cannot be installed. */
export async function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  const debianAsRoot = process.getuid?.() === 0 && existsSync('/etc/debian_version');
  if (!debianAsRoot) return undefined;
  try {
    await timed('Installing Chromium (apt-get)', async () => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      await run('apt-get', ['update', '-q'], { env });
      await run('apt-get', ['install', '-qy', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], { env });
    });
  } catch (error) {
    console.log(error.message);
  }
  return findChromium();
}

/** Quiet and offline: without these it asks Google's hosts at every start. */
export async function launchChromium({ headless = true } = {}) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(HOW_TO_GET_CHROMIUM);
  const { chromium } = await import('playwright-core');
  const asRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath,
    headless,
    args: [
      ...(asRoot ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    handleSIGINT: false, // the scripts end what they started themselves
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
