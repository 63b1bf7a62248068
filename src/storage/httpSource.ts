import { EngineError } from '../core/errors.ts';
import { HttpFile } from './httpFile.ts';
import { HttpClient, isMissing, type HttpClientOptions } from './httpClient.ts';
import type { CheckpointSource } from './source.ts';

export type HttpSourceOptions = HttpClientOptions;

/**
 * Files under an address prefix. A query string of the prefix goes along with every request (signed folders, tokens).
 * @throws EngineError invalid-option
 */
export function createHttpSource(prefix: string, options: HttpSourceOptions = {}): CheckpointSource {
  const base = parsePrefix(prefix);
  const client = new HttpClient(options);
  return {
    label: `${base.origin === 'null' ? '' : base.origin}${base.pathname}`,
    open: async (name, signal) => {
      const url = fileUrl(base, name);
      const response = await client.get(url, {}, signal);
      if (isMissing(response, name)) {
        await response.body?.cancel();
        return undefined;
      }
      return new HttpFile(client, name, url, response, signal);
    },
  };
}

function parsePrefix(prefix: string): URL {
  const pageUrl = typeof location === 'undefined' ? undefined : location.href;
  const base = URL.canParse(prefix, pageUrl) ? new URL(prefix, pageUrl) : undefined;
  // data:, blob: and the like have no folders.
  if (!prefix || !base?.pathname.startsWith('/')) {
    throw invalidPrefix(`"${prefix}" is not an address that files can be under.`);
  }
  const last = base.pathname.split('/').at(-1) ?? '';
  if (/\.(?:safetensors|json)$/.test(last)) throw invalidPrefix(`"${prefix}" is the address of a file.`);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  base.hash = '';
  return base;
}

/** The name's parts are escaped, so that none of them can leave the prefix. */
function fileUrl(base: URL, name: string): URL {
  const url = new URL(base);
  url.pathname += name.split('/').map(encodeURIComponent).join('/');
  return url;
}

const invalidPrefix = (what: string): EngineError =>
  new EngineError('invalid-option', what, 'Pass the address of the folder that holds config.json and *.safetensors.');
