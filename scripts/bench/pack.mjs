// The bench as an archive for a Linux machine with a GPU and no network: Node, headless Chromium with its libraries, the page,
// onnxruntime-web's files and a run.sh, cut into parts. Made on Debian or Ubuntu, whose packages it takes apart.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../lib/processes.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** The C library's own files are the target's: they fit its loader and its driver. */
const systemLibraries = /\/(?:ld-linux[^/]*|libc|libm|libdl|libpthread|librt|libresolv|libutil|libnsl)\.so[^/]*$/;
/** Files beside Chromium's program, without locales and what only windows need. */
const chromiumFiles = [
  'headless_command_resources.pak',
  'headless_lib_data.pak',
  'headless_lib_strings.pak',
  'icudtl.dat',
  'libEGL.so',
  'libGLESv2.so',
  'libvk_swiftshader.so',
  'libvulkan.so.1',
  'v8_context_snapshot.bin',
  'vk_swiftshader_icd.json',
];
/** Both builds of onnxruntime-web that have WebGPU. */
const ortFiles = /^(?:ort\.(?:jspi|webgpu)\.bundle\.min\.mjs|ort-wasm-simd-threaded\.(?:jspi|asyncify)\.(?:mjs|wasm))$/;
/** Loaded by name at run time, so that ldd does not tell of them. */
const namedLibraries = ['libsoftokn3.so', 'libfreeblpriv3.so', 'libvulkan.so.1'];

/** @param {string} command @param {readonly string[]} args @param {string} [cwd] */
const output = (command, args, cwd) =>
  execFileSync(command, [...args], { encoding: 'utf8', maxBuffer: 2 ** 26, ...(cwd === undefined ? {} : { cwd }) });

/** Debian's packages, taken apart. @param {string} folder @returns {string} the folder of Chromium's files */
function unpackChromium(folder) {
  output(
    'apt-get',
    ['-o', 'APT::Sandbox::User=root', 'download', 'chromium-headless-shell', 'chromium-common', 'libvulkan1'],
    folder,
  );
  for (const name of output('ls', [folder])
    .split('\n')
    .filter((file) => file.endsWith('.deb')))
    output('dpkg', ['-x', name, '.'], folder);
  return join(folder, 'usr/lib/chromium');
}

/** Files of the libraries that a program needs, by the names under which it asks for them. @param {readonly string[]} programs */
async function neededLibraries(programs) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const program of programs) {
    const text = output('ldd', [program]);
    const missing = text.split('\n').find((line) => line.includes('not found'));
    if (missing) throw new Error(`${basename(program)} needs ${missing.trim()}: install the package that has it.`);
    for (const [, name = '', path = ''] of text.matchAll(/(\S+) => (\/\S+)/g))
      if (!systemLibraries.test(path)) found.set(name, await realpath(path));
  }
  return found;
}

/** @param {string} stage @param {string} unpacked @param {string} chromium */
async function stagePrograms(stage, unpacked, chromium) {
  await mkdir(join(stage, 'chromium'), { recursive: true });
  await mkdir(join(stage, 'lib'));
  for (const name of ['chromium-headless-shell', ...chromiumFiles])
    await cp(join(chromium, name), join(stage, 'chromium', name));
  await cp(process.execPath, join(stage, 'node'), { dereference: true });
  const programs = [
    join(stage, 'node'),
    join(stage, 'chromium/chromium-headless-shell'),
    join(stage, 'chromium/libvk_swiftshader.so'),
  ];
  for (const program of programs) output('strip', ['--strip-unneeded', program]);
  const triplet = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const named = namedLibraries.map((name) => {
    const places = [join(unpacked, 'usr/lib', triplet), join('/usr/lib', triplet), join('/usr/lib', triplet, 'nss')];
    const path = places.map((place) => join(place, name)).find((place) => existsSync(place));
    if (path === undefined) throw new Error(`${name} was not found: install the package that has it.`);
    return /** @type {const} */ ([name, path]);
  });
  const libraries = await neededLibraries([...programs, ...named.map(([, path]) => path)]);
  for (const [name, path] of [...libraries, ...named]) await cp(path, join(stage, 'lib', name), { dereference: true });
  await writeFile(join(stage, 'fonts.conf'), '<?xml version="1.0"?><fontconfig></fontconfig>\n');
}

/** Playwright without its viewers and its bundled test tools. @param {string} stage */
async function stageModules(stage) {
  for (const name of ['@playwright/test', 'playwright', 'playwright-core']) {
    const from = join(repositoryRoot, 'node_modules', name);
    await cp(from, join(stage, 'node_modules', name), {
      recursive: true,
      filter: (path) => !/\/(?:vite|types|bin)$|\.d\.ts$/.test(path.slice(from.length)),
    });
  }
  const ort = join(repositoryRoot, 'node_modules/onnxruntime-web/dist');
  await mkdir(join(stage, 'ort'));
  for (const name of await readdir(ort)) if (ortFiles.test(name)) await cp(join(ort, name), join(stage, 'ort', name));
}

/**
 * What seldom changes, in parts: hundreds of megabytes that take minutes to compress. Left as it is where its versions are the same.
 * @param {string} folder
 * @param {number} partBytes
 * @param {Readonly<Record<string, string>>} versions
 */
async function packBase(folder, partBytes, versions) {
  const stamp = JSON.stringify({ ...versions, partBytes });
  const stampFile = join(folder, 'base.json');
  if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return;
  const work = await mkdtemp(join(tmpdir(), 'halftone-pack-'));
  try {
    const stage = join(work, 'stage');
    const unpacked = join(work, 'debian');
    await mkdir(unpacked, { recursive: true });
    await stagePrograms(stage, unpacked, unpackChromium(unpacked));
    await stageModules(stage);
    await writeFile(join(stage, 'versions.json'), JSON.stringify(versions));
    const archive = join(work, 'base.tar.xz');
    output('tar', ['-c', '-I', 'xz -6 -T0', '-f', archive, '-C', stage, '.']);
    const bytes = await readFile(archive);
    const parts = Math.ceil(bytes.length / partBytes);
    for (let part = 0; part < parts; part++) {
      const place = join(folder, `part${part + 1}`);
      await rm(place, { recursive: true, force: true });
      await mkdir(place);
      await writeFile(
        join(place, `base.tar.xz.${String(part).padStart(2, '0')}`),
        bytes.subarray(part * partBytes, (part + 1) * partBytes),
      );
      await writeFile(join(place, 'parts'), `${parts}\n`);
    }
    await writeFile(stampFile, stamp);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Puts the page and the scripts, which are small, beside every part.
 * @param {string} folder
 * @param {string} pageFolder
 */
async function packBench(folder, pageFolder) {
  const stage = await mkdtemp(join(tmpdir(), 'halftone-pack-'));
  try {
    const { rolldown } = await import('rolldown');
    const bundle = await rolldown({
      input: join(here, 'archiveMain.mjs'),
      platform: 'node',
      external: [/^@playwright\//],
    });
    await bundle.write({ file: join(stage, 'bench.mjs'), format: 'esm', codeSplitting: false });
    await cp(join(here, 'torchPeer.py'), join(stage, 'torchPeer.py'));
    await cp(pageFolder, join(stage, 'page'), { recursive: true });
    for (const part of (await readdir(folder)).filter((name) => /^part\d+$/.test(name))) {
      const place = join(folder, part);
      output('tar', ['-czf', join(place, 'bench.tar.gz'), '-C', stage, '.']);
      await cp(join(here, 'run.sh'), join(place, 'run.sh'));
      const bytes = (await readdir(place)).reduce((sum, name) => sum + statSync(join(place, name)).size, 0);
      process.stdout.write(`${place}  ${(bytes / 1e6).toFixed(1)} MB\n`);
    }
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/**
 * @param {{ folder: string, partBytes: number, pageFolder: string, versions: Readonly<Record<string, string>> }} what folder: gets part1, part2, …
 */
export async function pack({ folder, partBytes, pageFolder, versions }) {
  if (process.platform !== 'linux') throw new Error('--pack takes apart Debian packages: run it on Debian or Ubuntu.');
  await mkdir(folder, { recursive: true });
  await packBase(folder, partBytes, { ...versions, node: process.versions.node });
  await packBench(folder, pageFolder);
  process.stdout.write(
    'On the machine, for each part in order: bash partN/run.sh [options]. The last one runs the bench.\n',
  );
}
