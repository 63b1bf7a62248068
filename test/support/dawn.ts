/** For so long, in ms, it looks without a pause: most results are there by then. */
const keenMs = 2;

/**
 * WebGPU in Node. Dawn looks for finished work in each turn of the event loop as long as something is awaited, which takes a whole core
 * from the compiler and the kernels of a CPU adapter. Here it looks once a millisecond when two have gone by. The object must stay
 * referenced: Dawn dies with it.
 */
export async function createDawn(...options: readonly string[]): Promise<GPU> {
  const dawn = (await import('webgpu')) as unknown as { create(flags: string[]): GPU; globals: object };
  Object.assign(globalThis, dawn.globals);
  pollPatiently();
  return dawn.create([...options, 'enable-dawn-features=allow_unsafe_apis']);
}

/** Dawn asks for `setImmediate` anew each time, from within its last look where more is awaited. */
function pollPatiently(): void {
  const immediate = globalThis.setImmediate;
  let since: number | undefined;
  const isDawns = (work: unknown): boolean =>
    typeof work === 'function' && work.name === '' && /\{\s*\[native code\]\s*\}$/.test(String(work));
  const patient = (work: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
    if (!isDawns(work)) return immediate(work, ...args);
    const start = since ?? performance.now();
    const look = (): void => {
      since = start;
      try {
        work();
      } finally {
        since = undefined;
      }
    };
    return performance.now() - start < keenMs ? immediate(look) : setTimeout(look, 1);
  };
  Object.assign(globalThis, { setImmediate: Object.assign(patient, immediate) });
}
