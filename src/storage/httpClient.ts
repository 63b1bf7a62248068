import { abortedError, EngineError, throwIfAborted } from '../core/errors.ts';

export interface HttpClientOptions {
  /** For tests and for apps that add headers. Default: the global fetch. */
  readonly fetch?: typeof fetch;
  /** Failures in a row before giving up. Default 4. */
  readonly retries?: number;
  /** Wait before the first retry in ms; doubles each time. Default 300. */
  readonly backoffMs?: number;
}

/** Longest wait that a Retry-After header is granted, in ms. */
const maxRetryAfterMs = 10_000;

/** GET with patience: network failures, 408, 429 and 5xx are tried again. */
export class HttpClient {
  readonly #fetch: typeof fetch;
  readonly retries: number;
  readonly #backoffMs: number;

  constructor(options: HttpClientOptions) {
    // Called as a plain function: fetch does not accept another `this`.
    const fetcher = options.fetch ?? fetch;
    this.#fetch = (...request) => fetcher(...request);
    this.retries = options.retries ?? 4;
    this.#backoffMs = options.backoffMs ?? 300;
  }

  /**
   * A response with a status that trying again would not change: 2xx, 404, 410 or 416.
   * @throws EngineError source-unreadable, aborted
   */
  async get(url: URL, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Response> {
    for (let failures = 0; ; failures++) {
      throwIfAborted(signal);
      let failure: EngineError;
      let retryAfterMs = 0;
      try {
        const response = await this.#fetch(url, { headers, ...(signal && { signal }) });
        if (response.ok || response.status === 404 || response.status === 410 || response.status === 416) {
          return response;
        }
        await response.body?.cancel();
        failure = statusError(url, response);
        if (!isTransient(response.status)) throw failure;
        retryAfterMs = Math.min(Number(response.headers.get('retry-after')) * 1000 || 0, maxRetryAfterMs);
      } catch (cause) {
        if (signal?.aborted) throw abortedError(signal);
        if (cause instanceof EngineError) throw cause;
        failure = networkError(url, cause);
      }
      if (failures >= this.retries) throw failure;
      await this.backOff(failures, signal, retryAfterMs);
    }
  }

  /** Waits longer the more often it failed. Ends early, without an error, when the signal is aborted. */
  async backOff(failures: number, signal: AbortSignal | undefined, atLeastMs = 0): Promise<void> {
    const ms = Math.max(this.#backoffMs * 2 ** failures, atLeastMs);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(finish, ms);
      signal?.addEventListener('abort', finish, { once: true });
      if (signal?.aborted) finish();
      function finish(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      }
    });
  }
}

/** Not there: 404, 410, or the page that single-page apps' servers send with 200 for every unknown address. */
export function isMissing(response: Response, name: string): boolean {
  if (response.status === 404 || response.status === 410) return true;
  const type = response.headers.get('content-type') ?? '';
  return /^text\/html\b/i.test(type) && !/\.html?$/i.test(name);
}

/** Without the query string, which may be a secret. */
export const shownUrl = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

function statusError(url: URL, response: Response): EngineError {
  const refused = response.status === 401 || response.status === 403;
  return new EngineError(
    'source-unreadable',
    `${shownUrl(url)} answered ${`${response.status} ${response.statusText}`.trim()}.`,
    refused
      ? 'Check that it exists and that this page may read it without logging in.'
      : 'Check the address and the server, then load again.',
  );
}

export function networkError(url: URL, cause: unknown): EngineError {
  return new EngineError(
    'source-unreadable',
    `${shownUrl(url)} could not be fetched: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Check the connection, and that the server allows this page to read it (CORS).',
    cause,
  );
}
