import { defineConfig } from 'vitest/config';
import { playwright } from '@vitest/browser-playwright';
import { chromiumFlags, findChromium } from './scripts/lib/chromium.mjs';

const chromium = findChromium();

/** Kernel tests are the same files on every adapter; only where `requestAdapter` comes from differs. */
const kernelFiles = ['test/kernels/**/*.test.ts'];

/** @param flags more than all of Chromium's tests have */
const inChromium = (...flags: readonly string[]) => ({
  testTimeout: 120_000,
  hookTimeout: 120_000,
  fileParallelism: false,
  browser: {
    enabled: true,
    headless: true,
    screenshotFailures: false,
    provider: playwright({
      launchOptions: { ...(chromium ? { executablePath: chromium } : {}), args: [...chromiumFlags, ...flags] },
    }),
    instances: [{ browser: 'chromium' as const }],
  },
});

export default defineConfig({
  root: process.env['VITEST'] ? '.' : 'demo',
  base: './',
  worker: { format: 'es' },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 1500 },
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          // Half of the time was starting a process for each file; by itself vitest leaves one of two cores unused.
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'dawn',
          include: [
            ...kernelFiles,
            'test/gpu/**/*.test.ts',
            'test/nn/**/*.test.ts',
            'test/goldens/**/*.test.ts',
            'test/engine/**/*.test.ts',
          ],
          environment: 'node',
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // A driver that compiles for the CPU does so in one thread.
          maxWorkers: 2,
        },
      },
      { test: { name: 'chromium', include: kernelFiles, ...inChromium() } },
      // What needs a browser and no GPU: decoding, muxing, canvases.
      {
        test: {
          name: 'media',
          include: ['test/media/**/*.test.ts'],
          // The heap of a long video is measured right after collecting garbage.
          ...inChromium('--enable-precise-memory-info', '--js-flags=--expose-gc'),
        },
      },
    ],
  },
});
