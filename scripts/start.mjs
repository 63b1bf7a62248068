// Builds the demo, serves it and opens it; without a display, asks it three questions in headless Chromium.
//   node scripts/start.mjs [--port N] [--headless] [--once] [--serve-only]
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';

const usage = `npm start -- [options]
  --port N      port to serve on; the next free one where it is taken (5173)
  --headless    use the page in headless Chromium although there is a display
  --once        the same, and end after the answers (exit code 0; 1 when one did not come)
  --serve-only  build and serve, nothing else`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '5173' },
      headless: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      'serve-only': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is no port: give 0 to 65535.`);
  return { ...values, port };
}

/** macOS and Windows have a display; Linux has one when X11 or Wayland says so. */
function hasDisplay() {
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/**
 * Opens the person's own browser; where that fails the printed address is enough.
 * @param {string} url
 */
function openInBrowser(url) {
  const [command, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  if (!command) return;
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => process.stdout.write('Open the address above in your browser.\n'));
  child.unref();
}

async function start() {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const headless = !options['serve-only'] && (options.headless || options.once || !hasDisplay());
  const chromium = await setup({ browser: headless });
  const { buildAndServe } = await import('./lib/demo.mjs');
  const server = await buildAndServe({ port: options.port, pages: ['index.html'], outDir: 'dist' });
  process.stdout.write(`Halftone's demo is served at ${server.url}\n`);
  if (chromium) {
    const { driveDemo } = await import('./lib/driveDemo.mjs');
    try {
      await driveDemo({ url: server.url, chromium });
    } catch (error) {
      await server.close();
      throw error;
    }
    if (options.once) {
      await server.close();
      return;
    }
  } else if (!options['serve-only']) {
    openInBrowser(server.url);
  }
  process.stdout.write(`\nServing ${server.url} until Ctrl+C.\n`);
}

try {
  await start();
} catch (error) {
  process.stderr.write(`\nnpm start failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
