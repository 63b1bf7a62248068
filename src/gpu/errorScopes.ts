import { EngineError } from '../core/errors.ts';

/**
 * Runs `work` synchronously inside validation, out-of-memory and internal error scopes. The scopes are a stack on the
 * device, so nothing may await between push and pop: the verdict comes as a promise, the value at once.
 */
export function inErrorScopes<T>(
  device: GPUDevice,
  label: string,
  work: () => T,
): { value: T; checked: Promise<void> } {
  device.pushErrorScope('internal');
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  let value: T;
  let verdicts: Promise<(GPUError | null)[]>;
  try {
    value = work();
  } finally {
    verdicts = Promise.all([device.popErrorScope(), device.popErrorScope(), device.popErrorScope()]);
  }
  const checked = verdicts.catch(scopesGone).then(([validation, outOfMemory, internal]) => {
    if (outOfMemory) throw outOfMemoryError(label, outOfMemory.message);
    const other = validation ?? internal;
    if (other)
      throw new EngineError(
        'gpu-validation',
        `The GPU refused ${label}: ${other.message}`,
        'Please report it with engine.info.',
      );
  });
  // A caller may look at the verdict late; that must not count as unhandled meanwhile.
  checked.catch(() => undefined);
  return { value, checked };
}

/** Scopes cannot be popped when the device went away under them. */
function scopesGone(cause: unknown): never {
  throw new EngineError(
    'device-lost',
    'The GPU device was lost.',
    'The engine makes a new one by itself: call again.',
    cause,
  );
}

export function outOfMemoryError(label: string, detail: string): EngineError {
  return new EngineError(
    'out-of-memory',
    `GPU memory ran out for ${label}: ${detail}.`,
    'Load at a lower precision, with a shorter context, or dispose other models first.',
  );
}
