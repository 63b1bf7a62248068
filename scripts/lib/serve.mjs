// A small static file server for this machine only. Depends on nothing but Node.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

/** @type {Readonly<Record<string, string>>} */
const mimeTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
  '.safetensors': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.vtt': 'text/vtt; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
  '.wgsl': 'text/wgsl; charset=utf-8',
  '.woff2': 'font/woff2',
};

/**
 * The file that a URL names, or undefined: nothing outside the folder is reachable.
 * @param {string} pathname
 * @param {Readonly<Record<string, string>>} folders URL prefix (ends in '/') -> folder
 */
function findFile(pathname, folders) {
  const prefix = Object.keys(folders)
    .filter((candidate) => pathname.startsWith(candidate))
    .sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined || pathname.includes('\0')) return undefined;
  const folder = normalize(folders[prefix] ?? '');
  const wanted = join(folder, pathname.slice(prefix.length));
  if (wanted !== folder && !wanted.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return undefined;
  for (const path of [wanted, join(wanted, 'index.html')]) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile()) return { path, size: stats.size, modified: stats.mtime };
  }
  return undefined;
}

/**
 * One range of a `Range` header: undefined without one (or one that may be ignored), 'bad' when no byte of it is there.
 * @param {string | undefined} header
 * @param {number} size
 * @returns {{ start: number, end: number } | 'bad' | undefined} end is inclusive
 */
function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end ? 'bad' : { start, end };
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {Readonly<Record<string, string>>} folders
 */
function answer(request, response, folders) {
  const refuse = (/** @type {number} */ status, /** @type {Record<string, string>} */ headers = {}) =>
    response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end(`${status}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, { Allow: 'GET, HEAD' });
  let pathname;
  try {
    pathname = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  } catch {
    return refuse(400);
  }
  const file = findFile(pathname, folders);
  if (!file) return refuse(404);
  const etag = `"${file.size.toString(16)}-${file.modified.getTime().toString(16)}"`;
  const headers = {
    'Content-Type': mimeTypes[extname(file.path).toLowerCase()] ?? 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-cache',
    ETag: etag,
    'Last-Modified': file.modified.toUTCString(),
  };
  if (request.headers['if-none-match'] === etag) return response.writeHead(304, headers).end();
  const range = parseRange(request.headers.range, file.size);
  if (range === 'bad') return refuse(416, { 'Content-Range': `bytes */${file.size}` });
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'Content-Length': end - start + 1,
    ...(range ? { 'Content-Range': `bytes ${start}-${end}/${file.size}` } : {}),
  });
  if (request.method === 'HEAD' || file.size === 0) return response.end();
  const stream = createReadStream(file.path, { start, end });
  stream.on('error', () => response.destroy());
  response.on('close', () => stream.destroy());
  return stream.pipe(response);
}

/**
 * Takes a port; the next free one when it is taken.
 * @param {import('node:http').Server} server
 * @param {number} port 0: any free one
 * @returns {Promise<number>}
 */
function listen(server, port) {
  return new Promise((done, fail) => {
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'EADDRINUSE' && port < 65_535) done(listen(server, port + 1));
      else fail(error);
    });
    server.listen(port, '127.0.0.1', () => {
      server.removeAllListeners('error');
      const address = server.address();
      done(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** @typedef {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void} Handler */

/**
 * Serves folders on 127.0.0.1, with ranges and ETags.
 * @param {{ folders: Readonly<Record<string, string>>, port?: number, headers?: Readonly<Record<string, string>>,
 *   handlers?: Readonly<Record<string, Handler>> }} options folders: URL prefix (ends in '/') -> folder; the longest prefix that fits
 *   wins. port: 0 or none: any free one. headers: with every answer. handlers: URL prefix -> what answers instead of a folder
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>}
 */
export async function serve({ folders, port = 0, headers = {}, handlers = {} }) {
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const prefix = Object.keys(handlers).find((candidate) => request.url?.startsWith(candidate));
    const handler = prefix === undefined ? undefined : handlers[prefix];
    if (handler) handler(request, response);
    else void answer(request, response, folders);
  });
  const taken = await listen(server, port);
  const close = () =>
    new Promise((/** @type {(value: void) => void} */ done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${taken}/`, port: taken, close };
}
