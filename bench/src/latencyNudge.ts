/** What keeps a browser looking for finished work while a result is awaited. */
export type Nudge =
  | 'none'
  /** Empty submits, each with an error scope whose verdict is awaited: what GpuContext does; or the scopes alone. */
  | { readonly kind: 'submit' | 'scope'; readonly inFlight: number }
  /** Scopes, with an empty submit at every so many of them. */
  | { readonly kind: 'mixed'; readonly every: number }
  /** Writes of no bytes to `target`, to which nothing comes back, from tasks at least so far apart. */
  | { readonly kind: 'write'; readonly pauseMs: number };

/** Goes on as long as `state` says. */
export async function sendNudges(
  device: GPUDevice,
  target: GPUBuffer,
  nudge: Nudge,
  state: { readonly waiting: boolean },
): Promise<void> {
  if (nudge === 'none') return;
  if (nudge.kind === 'write') {
    const nothing = new Uint8Array(0);
    for (let last = 0; state.waiting; await task()) {
      if (performance.now() - last < nudge.pauseMs) continue;
      device.queue.writeBuffer(target, 0, nothing);
      last = performance.now();
    }
    return;
  }
  const every = nudge.kind === 'mixed' ? nudge.every : 1;
  const loop = async (): Promise<void> => {
    for (let count = 0; state.waiting; count++) {
      if (nudge.kind !== 'scope' && count % every === 0) device.queue.submit([]);
      device.pushErrorScope('validation');
      await device.popErrorScope();
    }
  };
  await Promise.all(Array.from({ length: nudge.kind === 'mixed' ? 1 : nudge.inFlight }, loop));
}

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.addEventListener('message', () => waiting.shift()?.());
channel.port1.start();

/** Resolves in a task of its own, without a timer's clamping. */
export function task(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
