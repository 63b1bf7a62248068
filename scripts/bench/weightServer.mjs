// Serves checkpoints and ONNX graphs that are made while they are read, or before (`prepare`), so that both engines load over the same wire.
//   GET  /weights/NETWORK/FILE          Halftone's checkpoint in F16
//   GET  /onnx/GRAPH/MODE/FILE          onnxruntime-web's graph and its external data
//   GET  /rows/NAME/ROWS/COLUMNS        a matrix by itself in F16
//   POST /prepare/{weights,onnx}/…/     makes a folder's files and keeps them, where memory allows; answers with their names and bytes
//   POST /release/                      forgets what was kept
import { freemem } from 'node:os';
import { checkpointFiles, matrixFile } from './checkpoint.mjs';
import { networkOf } from './networks.mjs';
import { graphFiles } from './onnxGraphs.mjs';

/** @typedef {import('./virtualFile.mjs').VirtualFile} VirtualFile */

/** Part of the free memory that kept files may take. */
const keptShare = 0.25;

/** @param {string} folder `weights/NETWORK` or `onnx/GRAPH/MODE` @returns {Map<string, VirtualFile>} */
function folderFiles(folder) {
  const [kind, name = '', mode = ''] = folder.split('/');
  if (kind === 'weights') return checkpointFiles(networkOf(name));
  return graphFiles(name, mode);
}

export class WeightServer {
  /** @type {Map<string, Map<string, VirtualFile>>} */
  #folders = new Map();
  /** @type {Map<string, Uint8Array[]>} */
  #kept = new Map();

  /** URL prefixes that `handle` answers. */
  static prefixes = ['/weights/', '/onnx/', '/rows/', '/prepare/', '/release/'];

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async handle(request, response) {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
    try {
      if (request.method === 'POST') {
        if (path.startsWith('release/')) this.#kept.clear();
        const answer = path.startsWith('prepare/')
          ? this.#prepare(path.slice('prepare/'.length).replace(/\/$/, ''))
          : {};
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
        return;
      }
      await this.#send(path, response, request.method === 'HEAD');
    } catch (error) {
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(500, { 'Content-Type': 'text/plain' })
          .end(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} folder */
  #files(folder) {
    const files = this.#folders.get(folder) ?? folderFiles(folder);
    this.#folders.set(folder, files);
    return files;
  }

  /** @param {string} path */
  #fileAt(path) {
    const [kind, name = '', rows, columns] = path.split('/');
    if (kind === 'rows') return matrixFile(name, Number(rows), Number(columns));
    const cut = path.lastIndexOf('/');
    return this.#files(path.slice(0, cut)).get(path.slice(cut + 1));
  }

  /** @param {string} folder */
  #prepare(folder) {
    const files = this.#files(folder);
    const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);
    const kept = bytes < freemem() * keptShare;
    if (kept) {
      for (const [name, file] of files) {
        const path = `${folder}/${name}`;
        if (!this.#kept.has(path)) this.#kept.set(path, [...file.pieces()]);
      }
    }
    return { kept, bytes, files: Object.fromEntries([...files].map(([name, file]) => [name, file.bytes])) };
  }

  /**
   * @param {string} path
   * @param {import('node:http').ServerResponse} response
   * @param {boolean} headOnly
   */
  async #send(path, response, headOnly) {
    const file = this.#fileAt(path);
    if (!file) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404\n');
      return;
    }
    const type = path.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type, 'Content-Length': file.bytes, 'Cache-Control': 'no-store' });
    if (!headOnly) {
      for (const piece of this.#kept.get(path) ?? file.pieces()) {
        if (response.destroyed) return;
        if (!response.write(piece)) await drained(response);
      }
    }
    response.end();
  }
}

/** When more may be written, or nobody reads any more. @param {import('node:http').ServerResponse} response */
const drained = (response) =>
  new Promise((/** @type {(value: void) => void} */ done) => {
    const go = () => {
      response.off('drain', go);
      response.off('close', go);
      done();
    };
    response.once('drain', go);
    response.once('close', go);
  });
