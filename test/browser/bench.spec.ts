import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { buildPage } from '../../scripts/bench/buildPage.mjs';
import { networkOf, parameterCount } from '../../scripts/bench/networks.mjs';
import { serveBench } from '../../scripts/bench/runBench.mjs';
import { repositoryRoot } from '../../scripts/lib/processes.mjs';
import type { BenchCase } from '../../bench/src/protocol.ts';

/** One small trunk on both engines: that the bench works, not how fast anything is. */
test('the bench computes the same network on Halftone and onnxruntime-web', async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'halftone-bench-'));
  const server = await serveBench(await buildPage(folder), join(repositoryRoot, 'node_modules/onnxruntime-web/dist'));
  try {
    await page.goto(server.url);
    await page.waitForFunction('window.halftoneBench !== undefined');
    const { variant, hidden } = networkOf('tiny');
    const wanted: BenchCase = {
      kind: 'trunk',
      network: 'tiny',
      variant,
      hidden,
      parameters: parameterCount(networkOf('tiny')),
      precision: 'int4',
      // Halftone multiplies more than 3 rows in integers, which rounds its activations and the peer's not.
      seqs: [1, 3],
      runs: 1,
      limitMs: 60_000,
      peer: true,
      ortBuild: 'jspi',
      peerSubgroups: true,
    };
    const result = await page.evaluate((one) => window.halftoneBench.run(one), wanted);
    expect(result.peerUnavailable).toBeUndefined();
    const measurements = result.sections.flatMap((section) => section.measurements);
    expect(measurements.map(({ label }) => label)).toEqual(['seq 1', 'seq 3']);
    for (const { error, halftoneMs, peerMs } of measurements) {
      expect(error?.relative).toBeLessThan(1e-4);
      expect([halftoneMs.length, peerMs.length]).toEqual([1, 1]);
    }
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
