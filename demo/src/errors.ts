import { EngineError } from '../../src/index.ts';
import { make } from './dom.ts';

/** What a person reads of an error: what is wrong, what to do, and the code to search for. */
export interface ReadableError {
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

export function readError(error: unknown): ReadableError {
  if (error instanceof EngineError) {
    const { code, message, remedy } = error;
    const what = remedy && message.endsWith(remedy) ? message.slice(0, -remedy.length).trim() : message;
    return { code, what, remedy };
  }
  const what = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', what, remedy: 'This is a defect: please report it with the steps.' };
}

export function isAbort(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'aborted';
}

export function errorBox(error: unknown, ...actions: HTMLElement[]): HTMLElement {
  const { code, what, remedy } = readError(error);
  return alertBox(
    make('p', 'error-what', what),
    make('p', 'error-remedy', remedy),
    make('p', 'error-code', 'Code: ', make('code', '', code)),
    ...(actions.length > 0 ? [make('div', 'form-actions', ...actions)] : []),
  );
}

interface Help {
  readonly title: string;
  readonly steps: readonly string[];
}

/** The two codes that say 'no WebGPU here', in the words of someone who only opened a page. */
const webgpuHelp: Readonly<Record<string, Help>> = {
  'webgpu-unavailable': {
    title: 'This browser has no WebGPU, so no model can run here.',
    steps: [
      'Open the page in Chrome or Edge 113 or later, Safari 26 or later, or Firefox 141 or later.',
      'It must come over https or from localhost.',
      'On Linux, Chrome may want “Unsafe WebGPU Support” switched on in chrome://flags.',
    ],
  },
  'adapter-unavailable': {
    title: 'WebGPU is here, but the browser found no graphics adapter for it.',
    steps: [
      'Switch hardware acceleration on in the browser’s settings and start the browser again.',
      'Update the graphics driver. chrome://gpu says whether WebGPU is blocked, and why.',
    ],
  },
};

/** Why the engine did not start, and what to do: longer than the one sentence that an error has room for. */
export function startErrorBox(error: unknown, ...actions: HTMLElement[]): HTMLElement {
  const { code, what } = readError(error);
  const help = webgpuHelp[code];
  if (!help) return errorBox(error, ...actions);
  return alertBox(
    make('p', 'error-what', help.title),
    make('ul', 'help', ...help.steps.map((step) => make('li', '', step))),
    make('p', 'error-code', `${what} Code: `, make('code', '', code)),
    make('div', 'form-actions', ...actions),
  );
}

/** A box that is read out as it appears. */
function alertBox(...contents: HTMLElement[]): HTMLElement {
  const box = make('div', 'error', ...contents);
  box.setAttribute('role', 'alert');
  return box;
}
