import { EngineError } from '../core/errors.ts';

/**
 * The engine's module worker. Where the script is on another origin (a CDN), which a Worker may not come from, a local
 * one imports it.
 * @throws EngineError worker-failed
 */
export async function spawnWorker(): Promise<Worker> {
  if (typeof Worker === 'undefined') {
    throw new EngineError(
      'worker-failed',
      'This environment has no Worker.',
      'Pass worker: false to run in the calling thread.',
    );
  }
  let worker: Worker;
  try {
    worker = new Worker(new URL('./halftone.worker.ts', import.meta.url), { type: 'module' });
  } catch (error) {
    worker = crossOriginWorker(error);
  }
  await ready(worker);
  return worker;
}

function crossOriginWorker(cause: unknown): Worker {
  try {
    const script = import.meta.url.replace(/[^/]*$/, 'halftone.worker.js');
    const url = URL.createObjectURL(new Blob([`import ${JSON.stringify(script)};`], { type: 'text/javascript' }));
    return new Worker(url, { type: 'module' });
  } catch {
    throw failed('The worker could not be started', cause);
  }
}

/** The worker says hello when its script has run; a script that cannot be had says so by an error event. */
function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (event: MessageEvent): void => {
      if (event.data !== 'halftone-ready') return;
      stop();
      resolve();
    };
    const onError = (event: ErrorEvent): void => {
      stop();
      worker.terminate();
      reject(failed(`The worker's script failed: ${event.message || 'it could not be loaded'}`, event.error));
    };
    const stop = (): void => {
      worker.removeEventListener('message', onMessage);
      worker.removeEventListener('error', onError);
    };
    worker.addEventListener('message', onMessage);
    worker.addEventListener('error', onError);
  });
}

const failed = (what: string, cause: unknown): EngineError =>
  new EngineError(
    'worker-failed',
    `${what}.`,
    'Serve halftone.worker.js beside halftone.js, or pass worker: false.',
    cause,
  );
