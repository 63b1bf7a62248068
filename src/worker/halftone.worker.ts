import * as Comlink from 'comlink';
import { createHost } from './host.ts';
import { registerErrorTransfer } from './transfer.ts';

registerErrorTransfer();
Comlink.expose(createHost());
// The client waits for this: from here on calls are heard.
postMessage('halftone-ready');
