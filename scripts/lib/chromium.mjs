// Where a Chromium is, and how it must be started for WebGPU without a display. Depends on nothing but Node.
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Flags for headless Chromium with WebGPU on its own software adapter; harmless where a GPU is present. */
export const chromiumFlags = Object.freeze([
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--enable-unsafe-webgpu',
  ...(process.env['HALFTONE_ADAPTER'] === 'gpu'
    ? [
        '--use-angle=vulkan',
        '--enable-features=Vulkan',
        '--disable-vulkan-surface',
        '--ignore-gpu-blocklist',
        // Dawn keeps f16 from NVIDIA's older drivers otherwise.
        '--enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia',
      ]
    : ['--use-webgpu-adapter=swiftshader']),
]);

const systemNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'msedge'];
const fixedPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Browsers that Playwright's own installer has put in its cache. */
function playwrightPlaces() {
  const root =
    process.env['PLAYWRIGHT_BROWSERS_PATH'] ??
    (process.platform === 'darwin'
      ? join(homedir(), 'Library/Caches/ms-playwright')
      : process.platform === 'win32'
        ? join(process.env['LOCALAPPDATA'] ?? homedir(), 'ms-playwright')
        : join(homedir(), '.cache/ms-playwright'));
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => name.startsWith('chromium-'))
    .sort((one, other) => other.localeCompare(one, 'en', { numeric: true }))
    .flatMap((name) => [
      join(root, name, 'chrome-linux64/chrome'),
      join(root, name, 'chrome-linux/chrome'),
      join(root, name, 'chrome-linux-arm64/chrome'),
      ...['x64', 'arm64'].map((cpu) =>
        join(root, name, `chrome-mac-${cpu}/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing`),
      ),
      join(root, name, 'chrome-win64/chrome.exe'),
    ]);
}

/**
 * Path of a Chromium, or undefined. Order: CHROMIUM_PATH, the system's (PATH, then usual places), Playwright's cache.
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env['CHROMIUM_PATH'];
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which does not exist. Correct it or unset it.`);
  }
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => systemNames.map((name) => join(folder, process.platform === 'win32' ? `${name}.exe` : name)));
  return [...onPath, ...fixedPlaces, ...playwrightPlaces()].find((path) => existsSync(path));
}
