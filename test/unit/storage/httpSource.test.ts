import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpSource } from '../../../src/storage/httpSource.ts';
import { createHubSource, hubPrefix } from '../../../src/storage/hubSource.ts';
import { readJson } from '../../../src/storage/source.ts';
import { codeOf, expectSame, makeSafetensors, open, pattern, readAll } from './checkpoints.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

const servers: Server[] = [];

/** Serves the handler; returns the address of /m and the requests as they came. */
async function serve(handler: Handler): Promise<{ prefix: string; log: string[] }> {
  const log: string[] = [];
  const server = createServer((request, response) => {
    log.push(`${request.url ?? ''} ${request.headers.range ?? ''}`.trim());
    handler(request, response, new URL(request.url ?? '/', 'http://x'));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { prefix: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/m`, log };
}

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

const quick = { backoffMs: 1 };
const a = pattern(300_000, 1);
const b = pattern(200_000, 2);
const weights = makeSafetensors({ a, b });

interface FileServer {
  readonly ranges?: boolean;
  /** Bytes after which the connection breaks, by request of the weights. */
  readonly breaks?: number[];
  readonly etags?: string[];
}

/** config.json and model.safetensors under /m. */
function fileServer({ ranges = true, breaks = [], etags = [] }: FileServer): Handler {
  let requests = 0;
  return (request, response, url) => {
    if (url.pathname === '/m/config.json') {
      response.end('{"ok":1}');
      return;
    }
    if (url.pathname !== '/m/model.safetensors') {
      response.writeHead(404).end();
      return;
    }
    const number = requests++;
    const etag = etags[Math.min(number, etags.length - 1)];
    const start = ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const wantsRange = start > 0 && (etag === undefined || (request.headers['if-range'] ?? etag) === etag);
    const body = wantsRange ? weights.subarray(start) : weights;
    response.writeHead(wantsRange ? 206 : 200, {
      'content-length': body.length,
      ...(wantsRange && { 'content-range': `bytes ${start}-${weights.length - 1}/${weights.length}` }),
      ...(etag && { etag }),
    });
    const cut = breaks[number];
    if (cut === undefined) {
      response.end(body);
      return;
    }
    response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  };
}

describe('a folder on a server', () => {
  it('is loaded with one request a file', async () => {
    const { prefix, log } = await serve(fileServer({}));
    const checkpoint = await open(createHttpSource(prefix, quick));
    expect(checkpoint.config).toEqual({ ok: 1 });
    expect((await checkpoint.readDirectory()).totalBytes).toBe(weights.length);
    expectSame(await readAll(checkpoint, ['a', 'b']), { a, b });
    expect(log).toEqual(['/m/config.json', '/m/model.safetensors']);
  });

  it('keeps the query string, and nothing leaves the folder', async () => {
    const { prefix, log } = await serve((_, response) => void response.writeHead(404).end());
    const source = createHttpSource(`${prefix}/?token=s#x`, quick);
    expect(await source.open('a b.json')).toBeUndefined();
    expect(await source.open('../x?y.json')).toBeUndefined();
    expect(log[0]).toBe('/m/a%20b.json?token=s');
    expect(log[1]?.endsWith('?token=s')).toBe(true);
    expect(source.label).not.toContain('token');
  });

  it('continues a broken download where it stopped', async () => {
    const { prefix, log } = await serve(fileServer({ breaks: [100_000, 50_000, 1], etags: ['"v1"'] }));
    expectSame(await readAll(await open(createHttpSource(prefix, quick)), ['a', 'b']), { a, b });
    expect(log.filter((line) => line.includes('bytes='))).toHaveLength(3);
  });

  it('continues from a server without ranges too', async () => {
    const { prefix } = await serve(fileServer({ ranges: false, breaks: [100_000, 150_000] }));
    expectSame(await readAll(await open(createHttpSource(prefix, quick)), ['a', 'b']), { a, b });
  });

  it('never joins two versions of a file', async () => {
    const { prefix } = await serve(fileServer({ breaks: [100_000], etags: ['"v1"', '"v2"'] }));
    const checkpoint = await open(createHttpSource(prefix, quick));
    const reading = readAll(checkpoint, ['a', 'b']);
    await expect(reading).rejects.toThrow(/changed while it was read/);
    expect(await codeOf(() => reading)).toBe('source-unreadable');
  });

  it('gives up on a download that always breaks', async () => {
    const { prefix } = await serve(fileServer({ breaks: [100_000, 0, 0, 0, 0, 0, 0, 0] }));
    const checkpoint = await open(createHttpSource(prefix, { backoffMs: 1, retries: 2 }));
    const reading = readAll(checkpoint, ['a', 'b']);
    await expect(reading).rejects.toThrow(/model\.safetensors/);
    expect(await codeOf(() => reading)).toBe('source-unreadable');
  });
});

describe('answers', () => {
  it('404, 410 and the page for unknown addresses mean that a file is missing', async () => {
    const { prefix } = await serve((_, response, url) => {
      if (url.pathname.endsWith('gone.json')) {
        response.writeHead(410).end();
        return;
      }
      if (url.pathname.endsWith('none.json')) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html>');
    });
    const source = createHttpSource(prefix, quick);
    for (const name of ['gone.json', 'none.json', 'config.json', 'model.safetensors']) {
      expect(await source.open(name)).toBeUndefined();
    }
    expect(await codeOf(() => open(source))).toBe('source-not-found');
  });

  it('other statuses are named with the address', async () => {
    const { prefix, log } = await serve((_, response) => void response.writeHead(403).end());
    const source = createHttpSource(`${prefix}?token=secret`, quick);
    await expect(source.open('config.json')).rejects.toThrow(/\/m\/config\.json answered 403/);
    await expect(source.open('config.json')).rejects.not.toThrow(/secret/);
    expect(await codeOf(() => source.open('config.json'))).toBe('source-unreadable');
    expect(log).toHaveLength(3);
  });

  it('busy servers are asked again', async () => {
    let requests = 0;
    const { prefix } = await serve((request, response) => {
      requests++;
      if (requests === 1) {
        response.writeHead(503).end();
        return;
      }
      if (requests === 2) {
        response.writeHead(429).end();
        return;
      }
      if (requests === 3) {
        request.socket.destroy();
        return;
      }
      response.end('{"a":1}');
    });
    expect(await readJson(createHttpSource(prefix, quick), 'config.json')).toEqual({ a: 1 });
  });

  it('a server that is not there is named', async () => {
    const source = createHttpSource('http://127.0.0.1:9/m', { backoffMs: 1, retries: 1 });
    await expect(source.open('config.json')).rejects.toThrow(/127\.0\.0\.1:9\/m\/config\.json could not be fetched/);
  });

  it('the length of a compressed answer is not the file’s', async () => {
    const { prefix } = await serve((_, response, url) => {
      const plain = url.pathname.endsWith('.json') ? Buffer.from('{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}') : weights;
      const body = gzipSync(plain);
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length }).end(body);
    });
    const source = createHttpSource(prefix, quick);
    expect((await source.open('model.safetensors'))?.bytes).toBeUndefined();
    expectSame(await readAll(await open(source), ['b']), { b });
  });
});

describe('aborting', () => {
  it('ends a request and a wait between retries', async () => {
    const { prefix } = await serve(() => undefined);
    const hanging = new AbortController();
    const request = createHttpSource(prefix, quick).open('config.json', hanging.signal);
    setTimeout(() => hanging.abort(), 20);
    expect(await codeOf(() => request)).toBe('aborted');
    const busy = await serve((_, response) => void response.writeHead(503).end());
    const waiting = new AbortController();
    const retry = createHttpSource(busy.prefix, { backoffMs: 60_000 }).open('config.json', waiting.signal);
    setTimeout(() => waiting.abort(), 50);
    expect(await codeOf(() => retry)).toBe('aborted');
  });

  it('ends a download that stands still', async () => {
    const { prefix } = await serve((_, response, url) => {
      if (url.pathname.endsWith('config.json')) {
        response.end('{}');
        return;
      }
      response.writeHead(200, { 'content-length': weights.length });
      response.write(weights.subarray(0, 1000));
    });
    const checkpoint = await open(createHttpSource(prefix, quick));
    await checkpoint.readDirectory();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const reading = async () => {
      for await (const { rows } of checkpoint.tensors(new Set(['a']), { signal: controller.signal })) {
        for await (const _ of rows(4, 1 << 20)) continue;
      }
    };
    expect(await codeOf(reading)).toBe('aborted');
  });
});

describe('shards on a server', () => {
  it('are opened for their headers first and continued from their data', async () => {
    const files: Record<string, Uint8Array | string> = {
      '/m/config.json': '{}',
      '/m/model.safetensors.index.json': JSON.stringify({ weight_map: { a: 'm-1.safetensors', b: 'm-2.safetensors' } }),
      '/m/m-1.safetensors': makeSafetensors({ a }),
      '/m/m-2.safetensors': makeSafetensors({ b }),
    };
    const { prefix, log } = await serve((request, response, url) => {
      const body = files[url.pathname];
      if (body === undefined) {
        response.writeHead(404).end();
        return;
      }
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const range = start > 0 && { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` };
      response.writeHead(range ? 206 : 200, { 'content-length': body.length - start, ...range });
      response.end(body.slice(start));
    });
    const checkpoint = await open(createHttpSource(prefix, quick));
    expectSame(await readAll(checkpoint, ['a', 'b']), { a, b });
    expect(log.filter((line) => line.startsWith('/m/m-'))).toEqual([
      '/m/m-1.safetensors',
      '/m/m-2.safetensors',
      expect.stringMatching(/^\/m\/m-2\.safetensors bytes=\d+-$/),
    ]);
  });
});

describe('the Hub', () => {
  it('is addressed by owner, name and revision', async () => {
    expect(hubPrefix('hf:deepseek-ai/deepseek-coder-1.3b-instruct')).toBe(
      'https://huggingface.co/deepseek-ai/deepseek-coder-1.3b-instruct/resolve/main/',
    );
    const asked: string[] = [];
    const source = createHubSource('hf:a/b@refs/pr/1', {
      fetch: async (input) => {
        asked.push(input instanceof Request ? input.url : String(input));
        return new Response('', { status: 404 });
      },
    });
    await source.open('config.json');
    expect(asked).toEqual(['https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/config.json']);
  });
});
