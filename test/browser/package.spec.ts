import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, type Page, test } from '@playwright/test';
import { build } from 'vite';
import { npmCommand, repositoryRoot, toolPath } from '../../scripts/lib/processes.mjs';
import { serve } from '../../scripts/lib/serve.mjs';
import { smallClipper } from '../support/smallClipper.ts';

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
  const clipper = join(folder, 'clipper');
  await mkdir(clipper);
  for (const file of smallClipper(16)) await writeFile(join(clipper, file.name), Buffer.from(await file.arrayBuffer()));
  server = await serve({
    folders: { '/': join(app, 'dist'), '/models/reasoner/': checkpoint, '/models/clipper/': clipper },
  });
});

test.afterAll(async () => {
  await server?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Opens the app and gives what it says in the end, with the scripts that it fetched. */
async function run(page: Page, search: string): Promise<{ state: string; scripts: string[] }> {
  const problems: string[] = [];
  const scripts: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.context().on('request', (request) => scripts.push(new URL(request.url()).pathname));
  await page.goto(`${server?.url}?${search}`);
  await expect(page.locator('#state')).not.toHaveText('loading', { timeout: 150_000 });
  expect(problems).toEqual([]);
  return {
    state: (await page.locator('#state').textContent()) ?? '',
    scripts: scripts.filter((path) => path.endsWith('.js')),
  };
}
const mediaFile = /halftone\.media/;

for (const worker of [true, false]) {
  const where = worker ? 'in the worker' : 'without a worker';

  test(`an app built by Vite generates text, ${where}, without the code for media`, async ({ page }) => {
    const { state, scripts } = await run(page, `source=models/reasoner/&worker=${worker}`);
    expect(state).toMatch(/^done: [1-9]\d* tokens$/);
    expect((await page.locator('#answer').textContent())?.trim()).not.toBe('');
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((path) => mediaFile.test(path))).toEqual([]);
  });

  test(`an app built by Vite clips and cuts a recording, ${where}`, async ({ page }) => {
    const { state, scripts } = await run(page, `clip&source=models/clipper/&worker=${worker}`);
    expect(state).toMatch(/^done: [34] steps, a clip of video\/webm, media-invalid$/);
    expect(scripts.filter((path) => mediaFile.test(path))).toHaveLength(1);
  });
}
