// Is this Node new enough, and are the modules that package-lock.json names installed? Depends on nothing but Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, runNpm } from './processes.mjs';

const leastNode = [20, 19];

/** Throws one clear sentence on a Node that is too old. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = leastNode;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  throw new Error(
    `Halftone needs Node ${leastNode.join('.')} or newer; this is ${process.versions.node}. Get one at https://nodejs.org.`,
  );
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage
 * @param {string} path
 * @returns {Record<string, LockedPackage> | undefined}
 */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Compares what npm wrote down when it installed with what package-lock.json names. Contents, not times: a checkout touches
 * files without changing them.
 * @param {string} [root]
 */
function modulesAreCurrent(root = repositoryRoot) {
  const installed = lockedPackages(join(root, 'node_modules/.package-lock.json'));
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  if (!installed || !wanted) return false;
  return Object.entries(wanted).every(([path, locked]) => {
    if (path === '' || locked.link) return true;
    const found = installed[path];
    // An optional package is for another system, or did not install on this one.
    if (!found) return locked.optional === true;
    return found.version === locked.version && found.integrity === locked.integrity;
  });
}

/** Runs `npm ci` when modules are missing or not those of package-lock.json. */
export async function installModules() {
  if (modulesAreCurrent()) return;
  process.stdout.write('Installing node modules (npm ci) …\n');
  const code = await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (code !== 0)
    throw new Error('npm ci failed (see above); Halftone needs its node modules: check the connection and try again.');
}
