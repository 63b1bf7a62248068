import { execFile } from 'node:child_process';
import { access, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { build } from 'vite';
import { npmCommand, repositoryRoot, toolPath } from '../../scripts/lib/processes.mjs';
import { serve } from '../../scripts/lib/serve.mjs';

// The package as an app gets it: packed, installed from the tarball, type-checked, bundled by Vite, opened in Chromium.

const runFile = promisify(execFile);
const checkpoint = join(repositoryRoot, 'demo/public/models/reasoner');

let folder = '';
let server: Awaited<ReturnType<typeof serve>> | undefined;

/** Runs npm in a folder; what it printed when it fails is in the error. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
  const { command, leading, shell } = npmCommand();
  await runFile(command, [...leading, ...args], { cwd, shell });
}

async function installPackage(app: string): Promise<void> {
  await npm(repositoryRoot, 'pack', '--ignore-scripts', '--pack-destination', folder);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error('npm pack wrote no tarball.');
  await npm(app, 'install', '--offline', '--no-audit', '--no-fund', join(folder, tarball));
}

test.beforeAll(async () => {
  test.setTimeout(180_000);
  await access(join(repositoryRoot, 'dist/halftone.js'));
  folder = await mkdtemp(join(tmpdir(), 'halftone-fixture-'));
  const app = join(folder, 'app');
  await cp(join(repositoryRoot, 'test/fixtureApp'), app, { recursive: true });
  await installPackage(app);
  await runFile(process.execPath, [toolPath('typescript', 'tsc'), '-p', app]);
  await build({ root: app, configFile: false, base: './', logLevel: 'warn' });
  server = await serve({ folders: { '/': join(app, 'dist'), '/models/reasoner/': checkpoint } });
});

test.afterAll(async () => {
  await server?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

for (const worker of [true, false]) {
  test(`an app built by Vite generates text, ${worker ? 'in the worker' : 'without a worker'}`, async ({ page }) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${server?.url}?source=models/reasoner/&worker=${worker}`);
    await expect(page.locator('#state')).not.toHaveText('loading', { timeout: 150_000 });
    await expect(page.locator('#state')).toHaveText(/^done: [1-9]\d* tokens$/);
    expect((await page.locator('#answer').textContent())?.trim()).not.toBe('');
    expect(problems).toEqual([]);
  });
}
