import { defineConfig } from '@playwright/test';
import { chromiumFlags, findChromium } from './scripts/lib/chromium.mjs';

const executablePath = findChromium();

/** Browser tests use the built demo, served from this machine on a port that start.mjs found free and printed. */
export default defineConfig({
  testDir: 'test/browser',
  outputDir: 'test-results',
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  // A software adapter loads and answers slowly; a hung page still has to end.
  timeout: 180_000,
  expect: { timeout: 60_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    // The server's output puts the address into the environment (`wait`).
    baseURL: process.env['DEMO_URL'] ?? 'http://127.0.0.1:5173/',
    screenshot: 'only-on-failure',
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: [...chromiumFlags] },
  },
  webServer: {
    command: 'node scripts/start.mjs --serve-only --port 5180',
    wait: { stdout: /served at (?<DEMO_URL>http:\S+)/ },
    timeout: 180_000,
  },
});
