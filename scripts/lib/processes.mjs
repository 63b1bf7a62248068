// Starting other programs the same way on Linux, macOS and Windows. Depends on nothing but Node.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Runs a program with this process's output and no input; resolves to its exit code (127 when it could not be started).
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, shell?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, { cwd = repositoryRoot, env = {}, shell = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      shell,
    });
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      done(127);
    });
    child.on('close', (code) => done(code ?? 1));
  });
}

/**
 * Whether a program runs and ends with 0; its output is dropped.
 * @param {string} command
 * @param {readonly string[]} args
 */
export function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

/**
 * Runs the command-line tool of an installed package by its JavaScript file: `node_modules/.bin` holds shell scripts, which
 * Windows starts through a shell only.
 * @param {string} packageName
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, bin?: string }} [options]
 */
export function runTool(packageName, args, { bin, ...options } = {}) {
  return run(process.execPath, [toolPath(packageName, bin), ...args], options);
}

/**
 * The JavaScript file of an installed package's command-line tool.
 * @param {string} packageName
 * @param {string} [bin] name of the tool where it is not the package's own
 * @returns {string}
 */
export function toolPath(packageName, bin = packageName) {
  const folder = join(repositoryRoot, 'node_modules', packageName);
  const declared = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin;
  return join(folder, typeof declared === 'string' ? declared : declared[bin]);
}

/**
 * How to start npm: by its JavaScript file where that is found (see runTool), else by name.
 * @returns {{ command: string, leading: readonly string[], shell: boolean }}
 */
export function npmCommand() {
  const nodeFolder = dirname(process.execPath);
  const places = [
    process.env['npm_execpath'] ?? '',
    join(nodeFolder, 'node_modules/npm/bin/npm-cli.js'),
    join(nodeFolder, '../lib/node_modules/npm/bin/npm-cli.js'),
  ];
  const script = places.find((path) => path.endsWith('npm-cli.js') && existsSync(path));
  if (script) return { command: process.execPath, leading: [script], shell: false };
  return { command: 'npm', leading: [], shell: process.platform === 'win32' };
}

/**
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 */
export function runNpm(args, options) {
  const { command, leading, shell } = npmCommand();
  return run(command, [...leading, ...args], { ...options, shell });
}
