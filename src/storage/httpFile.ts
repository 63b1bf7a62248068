import { abortedError, EngineError } from '../core/errors.ts';
import { type HttpClient, isMissing, networkError, shownUrl } from './httpClient.ts';
import type { CheckpointFile } from './source.ts';

/** A body from `skipBytes` before the byte that was asked for; undefined when there are no bytes left. */
interface Body {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly skipBytes: number;
}

/**
 * A file behind an address. The response that told that it exists serves the first stream; a body that breaks
 * is continued from the byte already delivered.
 */
export class HttpFile implements CheckpointFile {
  readonly name: string;
  readonly bytes: number | undefined;
  readonly #client: HttpClient;
  readonly #url: URL;
  readonly #signal: AbortSignal | undefined;
  readonly #etag: string | null;
  /** Byte positions of a compressed transfer are not the file's. */
  readonly #encoded: boolean;
  /** A cross-origin If-Range needs a preflight that many file servers refuse: there the ETag is compared instead. */
  readonly #crossOrigin: boolean;
  #seekable: boolean;
  #first: Response | undefined;

  constructor(client: HttpClient, name: string, url: URL, first: Response, signal: AbortSignal | undefined) {
    const length = Number(first.headers.get('content-length') ?? Number.NaN);
    this.name = name;
    this.#client = client;
    this.#url = url;
    this.#signal = signal;
    this.#first = first;
    this.#etag = first.headers.get('etag');
    this.#encoded = !['', 'identity'].includes(first.headers.get('content-encoding') ?? '');
    this.#crossOrigin = first.type === 'cors';
    this.#seekable = !this.#encoded && first.headers.get('accept-ranges') === 'bytes';
    // Another origin's Content-Encoding is hidden from the page, so text's length is not believed there.
    const believed = !this.#encoded && (!this.#crossOrigin || name.endsWith('.safetensors'));
    this.bytes = believed && Number.isSafeInteger(length) ? length : undefined;
  }

  get seekable(): boolean {
    return this.#seekable;
  }

  stream(fromByte = 0): ReadableStream<Uint8Array> {
    let position = fromByte;
    let failures = 0;
    let body: Body | undefined;
    let skipBytes = 0;
    let cancelled = false;
    /** The next piece; undefined at the end. */
    const next = async (): Promise<Uint8Array | undefined> => {
      for (;;) {
        if (cancelled || (this.bytes !== undefined && position >= this.bytes)) return undefined;
        try {
          if (!body) {
            body = await this.#connect(position);
            if (!body) return undefined;
            skipBytes = body.skipBytes;
            if (cancelled) await body.reader.cancel();
          }
          const { done, value } = await body.reader.read();
          // An end before the promised length is a broken connection that went unnoticed.
          if (cancelled) return undefined;
          if (done && this.bytes !== undefined) throw new TypeError(`the body ended at byte ${position}`);
          if (done) return undefined;
          const skipped = Math.min(skipBytes, value.length);
          skipBytes -= skipped;
          if (skipped === value.length) continue;
          failures = 0;
          position += value.length - skipped;
          return value.subarray(skipped);
        } catch (cause) {
          body = undefined;
          if (this.#signal?.aborted) throw abortedError(this.#signal);
          if (cause instanceof EngineError) throw cause;
          if (failures >= this.#client.retries) throw this.#brokenError(position, cause);
          await this.#client.backOff(failures++, this.#signal);
        }
      }
    };
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const piece = await next();
          if (cancelled) return;
          if (piece) controller.enqueue(piece);
          else controller.close();
        },
        cancel: async (reason) => {
          cancelled = true;
          await body?.reader.cancel(reason).catch(() => undefined);
        },
      },
      // Nothing is fetched ahead of the consumer beyond what the browser itself buffers.
      { highWaterMark: 0 },
    );
  }

  async close(): Promise<void> {
    const first = this.#first;
    this.#first = undefined;
    await first?.body?.cancel().catch(() => undefined);
  }

  async #connect(position: number): Promise<Body | undefined> {
    const first = this.#first;
    if (first && position === 0) {
      this.#first = undefined;
      return bodyOf(first, 0);
    }
    await this.close();
    const ranged = position > 0 && !this.#encoded;
    const response = await this.#client.get(this.#url, ranged ? this.#rangeHeaders(position) : {}, this.#signal);
    if (response.status === 416 && response.headers.get('content-range') === `bytes */${position}`) return undefined;
    if (isMissing(response, this.name) || response.status === 416 || !this.#sameVersion(response)) {
      await response.body?.cancel();
      throw this.#changedError(position);
    }
    if (response.status !== 206) return bodyOf(response, position);
    if (!this.#isRangeFrom(response, position)) {
      await response.body?.cancel();
      throw this.#changedError(position);
    }
    this.#seekable = true;
    return bodyOf(response, 0);
  }

  #rangeHeaders(position: number): Record<string, string> {
    const strong = this.#etag !== null && !this.#etag.startsWith('W/');
    return {
      range: `bytes=${position}-`,
      ...(strong && this.#etag !== null && !this.#crossOrigin && { 'if-range': this.#etag }),
    };
  }

  #sameVersion(response: Response): boolean {
    const etag = response.headers.get('etag');
    return etag === null || this.#etag === null || etag === this.#etag;
  }

  /** Content-Range where the page may see it; on another origin, the length of what comes. */
  #isRangeFrom(response: Response, position: number): boolean {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    if (range) {
      const sameTotal = range[2] === '*' || this.bytes === undefined || Number(range[2]) === this.bytes;
      return Number(range[1]) === position && sameTotal;
    }
    if (!this.#crossOrigin) return false;
    const length = response.headers.get('content-length');
    return length === null || this.bytes === undefined || Number(length) === this.bytes - position;
  }

  #changedError(position: number): EngineError {
    return new EngineError(
      'source-unreadable',
      `${shownUrl(this.#url)} could not be continued at byte ${position}: it changed while it was read.`,
      'Load again.',
    );
  }

  #brokenError(position: number, cause: unknown): EngineError {
    const failed = networkError(this.#url, cause);
    const of = this.bytes === undefined ? '' : ` of ${this.bytes}`;
    return new EngineError(
      'source-unreadable',
      `${shownUrl(this.#url)} broke off at byte ${position}${of}, again and again.`,
      failed.remedy,
      cause,
    );
  }
}

/** A body is absent for an empty response only. */
function bodyOf(response: Response, skipBytes: number): Body {
  const body = response.body ?? new Blob([]).stream();
  return { reader: body.getReader(), skipBytes };
}
