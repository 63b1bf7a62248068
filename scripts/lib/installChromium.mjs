// Gets a Chromium where none is found: Playwright's installer, then the system's package manager. Depends on nothing but Node.
import { spawnSync } from 'node:child_process';
import { findChromium } from './chromium.mjs';
import { run, runTool, succeeds } from './processes.mjs';

/**
 * @typedef {{ command: string, install: readonly string[], names: readonly string[], refresh?: readonly string[], asRoot: boolean }} PackageManager
 * @type {readonly PackageManager[]}
 */
const packageManagers = [
  {
    command: 'apt-get',
    install: ['install', '-y', '--no-install-recommends'],
    names: ['chromium', 'chromium-browser'],
    refresh: ['update'],
    asRoot: true,
  },
  { command: 'dnf', install: ['install', '-y'], names: ['chromium'], asRoot: true },
  { command: 'apk', install: ['add'], names: ['chromium'], refresh: ['update'], asRoot: true },
  { command: 'pacman', install: ['-S', '--noconfirm'], names: ['chromium'], refresh: ['-Sy'], asRoot: true },
  { command: 'zypper', install: ['--non-interactive', 'install'], names: ['chromium'], asRoot: true },
  // Homebrew refuses to run as root.
  { command: 'brew', install: ['install', '--cask'], names: ['google-chrome'], asRoot: false },
];

/** @param {string} command */
const isThere = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;

/** Whether the browser's program runs at all: a downloaded one may lack system libraries. Elsewhere than on Linux it has all. */
function starts(/** @type {string | undefined} */ path) {
  return path !== undefined && (process.platform !== 'linux' || succeeds(path, ['--no-sandbox', '--version']));
}

/** 'root', 'sudo' where no password is asked, or undefined. */
function elevation() {
  if (process.getuid?.() === 0) return 'root';
  return succeeds('sudo', ['-n', 'true']) ? 'sudo' : undefined;
}

async function withPlaywright() {
  process.stdout.write('No Chromium found; asking Playwright for one …\n');
  // Without a connection this must fail soon, not after Playwright's own half a minute for each of its mirrors.
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' };
  await runTool('@playwright/test', ['install', 'chromium'], { bin: 'playwright', env });
  if (findChromium() && !starts(findChromium()) && elevation()) {
    await runTool('@playwright/test', ['install-deps', 'chromium'], { bin: 'playwright' });
  }
}

async function withPackageManager() {
  const manager = packageManagers.find(({ command }) => isThere(command));
  if (!manager) return;
  const rights = manager.asRoot ? elevation() : 'root';
  if (!rights) return;
  process.stdout.write(`Installing Chromium with ${manager.command} …\n`);
  const call = (/** @type {readonly string[]} */ args) =>
    rights === 'sudo'
      ? run('sudo', ['-n', 'DEBIAN_FRONTEND=noninteractive', manager.command, ...args])
      : run(manager.command, args, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  const tryNames = async () => {
    for (const name of manager.names) {
      if ((await call([...manager.install, name])) === 0 && starts(findChromium())) return true;
    }
    return false;
  };
  if (await tryNames()) return;
  if (manager.refresh && (await call(manager.refresh)) === 0) await tryNames();
}

/**
 * Path of a Chromium that starts, installed where none was there.
 * @returns {Promise<string>}
 */
export async function ensureChromium() {
  const present = findChromium();
  if (present) return present;
  for (const attempt of [withPlaywright, withPackageManager]) {
    await attempt();
    const found = findChromium();
    if (found && starts(found)) return found;
  }
  throw new Error(
    'Halftone needs a Chromium and could not install one: install Chromium, Chrome or Edge, or set CHROMIUM_PATH to its program file.',
  );
}
