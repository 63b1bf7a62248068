import * as Comlink from 'comlink';
import { Host } from './host.ts';
import { registerErrorTransfer } from './transfer.ts';

registerErrorTransfer();
Comlink.expose(new Host());
// The client waits for this: from here on calls are heard.
postMessage('halftone-ready');
