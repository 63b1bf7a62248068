// Times every kernel candidate on this machine's GPU through Dawn in Node, or packs what another machine needs for it.
//   node scripts/bench/sweep.mjs [options of sweepNode.ts]
//   node scripts/bench/sweep.mjs --check               instead: the whole engine against goldens (deviceCheck.ts)
//   node scripts/bench/sweep.mjs --pack OUT.tar.xz     then there: tar xf OUT.tar.xz && cd sweep && ./node sweep.mjs
//                                                      or, in the repository's root: PATH/sweep/node PATH/sweep/check.mjs
// `clock` is the GPU's after a measurement, as a part of the fastest seen: of much less than 1 the time says little.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { wgslPlugin } from '../lib/wgsl.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * One file that needs nothing but Node and the package webgpu.
 * @param {string} source file in this folder
 * @param {string} file
 */
async function bundleFor(source, file) {
  const build = await rolldown({
    cwd: root,
    input: join(root, 'scripts/bench', source),
    platform: 'node',
    external: ['webgpu', ...builtinModules.flatMap((name) => [name, `node:${name}`])],
    plugins: [wgslPlugin()],
  });
  await build.write({ file, format: 'es', codeSplitting: false });
  await build.close();
}

/** @param {string} archive */
async function pack(archive) {
  const folder = await mkdtemp(join(tmpdir(), 'halftone-sweep-'));
  try {
    const target = join(folder, 'sweep');
    await mkdir(join(target, 'node_modules/webgpu/dist'), { recursive: true });
    await bundleFor('sweepNode.ts', join(target, 'sweep.mjs'));
    await bundleFor('deviceCheck.ts', join(target, 'check.mjs'));
    const platform = `${process.platform}-${process.arch}`;
    await cp(process.execPath, join(target, 'node'));
    for (const part of ['package.json', 'index.js', 'LICENSE.md', `dist/${platform}`])
      await cp(join(root, 'node_modules/webgpu', part), join(target, 'node_modules/webgpu', part), { recursive: true });
    const { status } = spawnSync('tar', ['-C', folder, '-I', 'xz -1', '-cf', resolve(archive), 'sweep'], {
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('tar failed.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const args = process.argv.slice(2);
if (args[0] === '--pack') {
  const archive = args[1];
  if (!archive) throw new Error('--pack wants the name of an archive.');
  await pack(archive);
} else {
  // Beside node_modules, so that the bundle finds webgpu.
  const check = args[0] === '--check';
  const file = join(root, `node_modules/.cache/halftone/${check ? 'check' : 'sweep'}.mjs`);
  await bundleFor(check ? 'deviceCheck.ts' : 'sweepNode.ts', file);
  const { status } = spawnSync(process.execPath, [file, ...(check ? args.slice(1) : args)], {
    stdio: 'inherit',
    cwd: root,
  });
  process.exit(status ?? 1);
}
