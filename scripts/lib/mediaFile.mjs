// The code for media as a file of its own that the library's other files load by its address, when it is first needed.

/** In this form every bundler finds the file and takes it along. */
const address = "new URL('./halftone.media.js', import.meta.url)";
const addressPattern = /new URL\(\s*(['"`])\.\/halftone\.media\.js\1\s*,\s*import\.meta\.url\s*\)/g;

/** Tells bundlers of embedding apps that the address is known at run time only. */
const ignored = '/* @vite-ignore */ /* webpackIgnore: true */';

/**
 * Rolldown plugin: the client gets the file's address, and nothing of the code itself.
 * @returns {import('rolldown').Plugin}
 */
export function mediaFilePlugin() {
  const nothing = '\0media';
  return {
    name: 'media-file',
    resolveId: (id, importer) =>
      id === '../media/index.ts' && importer?.replaceAll('\\', '/').endsWith('/engine/mediaCode.ts') ? nothing : null,
    load(id) {
      if (id === nothing) return 'export {};';
      if (!id.replaceAll('\\', '/').endsWith('/src/worker/mediaFile.ts')) return null;
      return `export const mediaFile = ${address}.href;`;
    },
  };
}

/**
 * Minifying changes quotes, which some bundlers look for, and drops comments.
 * @param {string} code of halftone.js
 * @returns {string}
 */
export function restoreAddress(code) {
  const count = code.match(addressPattern)?.length ?? 0;
  if (count !== 1) throw new Error(`halftone.js names its media file ${count} times in the form ${address}.`);
  return code.replace(addressPattern, () => address);
}

/**
 * @param {string} code of a file that loads the media file
 * @returns {string}
 */
export function restoreIgnore(code) {
  const pattern = /\bimport\(\s*(?:\/\*[^]*?\*\/\s*)*([A-Za-z_$][\w$]*)\s*\)/g;
  const count = code.match(pattern)?.length ?? 0;
  if (count !== 1) throw new Error(`The media file is imported ${count} times; once was expected.`);
  return code.replace(pattern, (_all, name) => `import(${ignored} ${name})`);
}
