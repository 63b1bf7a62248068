import type { GpuContext } from '../../src/gpu/context.ts';
import type { Plan } from '../../src/gpu/plan.ts';
import { submitRanges } from '../../src/gpu/submits.ts';

/** What keeps a browser looking for finished work while a result is awaited. */
export type Nudge =
  | 'none'
  /** Empty submits, each with an error scope whose verdict is awaited: what GpuContext does. */
  | { readonly kind: 'submit' | 'scope'; readonly inFlight: number }
  /** Writes of no bytes, to which nothing comes back, from tasks at least so far apart. */
  | { readonly kind: 'write'; readonly pauseMs: number };

/** A way to get one forward to the GPU and its result back. */
export interface Schedule {
  readonly name: string;
  /** Dispatches before which a new submit begins. */
  readonly cuts: (dispatches: number) => readonly number[];
  readonly scopes: readonly GPUErrorFilter[];
  readonly nudge: Nudge;
  /** Command buffers are recorded while the result of the forward before is awaited; `idle`: before the clock starts. */
  readonly ahead: 'no' | 'awaiting' | 'idle';
}

const three = ['internal', 'out-of-memory', 'validation'] as const;
const plain: Schedule = {
  name: 'one submit, recorded when it runs',
  cuts: () => [],
  scopes: three,
  nudge: { kind: 'submit', inFlight: 1 },
  ahead: 'no',
};
const early = (after: number) => (dispatches: number) => (after < dispatches ? [after] : []);
const parts = (count: number) => (dispatches: number) =>
  Array.from({ length: count - 1 }, (_, part) => Math.round((dispatches * (part + 1)) / count));
/** Each part is `factor` times the one before. */
const growing = (first: number, factor: number) => (dispatches: number) => {
  const cuts: number[] = [];
  for (let at = first, size = first; at < dispatches; size *= factor, at += size) cuts.push(at);
  return cuts;
};
const engines = (dispatches: number) =>
  submitRanges(dispatches)
    .slice(1)
    .map(([from]) => from);
const vary = (name: string, change: Partial<Schedule>): Schedule => ({ ...plain, ...change, name });
const scopeNudge = { kind: 'scope', inFlight: 1 } as const;

/** The first is what the others are compared with. */
export const schedules: readonly Schedule[] = [
  plain,
  ...[4, 8, 16, 40].map((after) => vary(`first submit after ${after}`, { cuts: early(after) })),
  ...[2, 4, 8, 16].map((count) => vary(`${count} submits`, { cuts: parts(count) })),
  vary('growing submits', { cuts: growing(4, 2) }),
  vary('no error scope', { scopes: [] }),
  vary('one error scope', { scopes: ['validation'] }),
  vary('no nudge', { nudge: 'none' }),
  ...[2, 4].map((inFlight) => vary(`${inFlight} nudges in flight`, { nudge: { kind: 'submit', inFlight } })),
  ...[1, 2, 4].map((inFlight) => vary(`${inFlight} nudges by scope`, { nudge: { kind: 'scope', inFlight } })),
  ...[0, 0.05, 0.1].map((pauseMs) =>
    vary(`nudges by empty writes, ${pauseMs * 1000} us`, { nudge: { kind: 'write', pauseMs } }),
  ),
  vary('recorded ahead', { ahead: 'awaiting' }),
  vary('recorded before the clock', { ahead: 'idle' }),
  ...[2, 4, 8].map((count) => vary(`recorded ahead, ${count} submits`, { ahead: 'awaiting', cuts: parts(count) })),
  vary("recorded ahead, the engine's submits", { ahead: 'awaiting', cuts: engines }),
  vary("the engine's submits", { cuts: engines }),
  vary('recorded ahead, 16 and the rest', { ahead: 'awaiting', cuts: early(16) }),
  vary('recorded ahead, growing submits', { ahead: 'awaiting', cuts: growing(4, 2) }),
  vary('recorded ahead, 4 submits, one scope, scope nudge', {
    ahead: 'awaiting',
    cuts: parts(4),
    scopes: ['validation'],
    nudge: scopeNudge,
  }),
  vary('recorded ahead, 4 submits, no scope, 2 scope nudges', {
    ahead: 'awaiting',
    cuts: parts(4),
    scopes: [],
    nudge: { kind: 'scope', inFlight: 2 },
  }),
  vary('recorded ahead, growing submits, no scope, empty writes', {
    ahead: 'awaiting',
    cuts: growing(4, 2),
    scopes: [],
    nudge: { kind: 'write', pauseMs: 0.05 },
  }),
  vary("recorded ahead, the engine's submits, 2 scope nudges", {
    ahead: 'awaiting',
    cuts: engines,
    nudge: { kind: 'scope', inFlight: 2 },
  }),
  vary('4 submits, no scope, 2 scope nudges', {
    cuts: parts(4),
    scopes: [],
    nudge: { kind: 'scope', inFlight: 2 },
  }),
  vary('growing submits, no scope, empty writes', {
    cuts: growing(4, 2),
    scopes: [],
    nudge: { kind: 'write', pauseMs: 0.05 },
  }),
];

/** What a forward passes on its way, in ms from its start. */
export interface Marks {
  uploadedMs?: number;
  submittedMs?: number;
  verdictMs?: number;
  mappedMs?: number;
}

/** GPUMapMode.READ, MAP_READ | COPY_DST, COPY_DST */
const [mapRead, readbackUsage, copyTarget] = [0x1, 0x01 | 0x08, 0x08];

/** Runs one plan by different schedules. */
export class Forwards {
  readonly #gpu: GpuContext;
  readonly #plan: Plan;
  readonly #x: GPUBuffer;
  readonly #bytes: number;
  readonly #staging: GPUBuffer;
  /** Written to for nothing. */
  readonly #target: GPUBuffer;
  readonly #ahead = new Map<Schedule, GPUCommandBuffer[]>();

  /** `x`: input and output, `bytes` long. */
  constructor(gpu: GpuContext, plan: Plan, x: GPUBuffer, bytes: number) {
    this.#gpu = gpu;
    this.#plan = plan;
    this.#x = x;
    this.#bytes = bytes;
    this.#staging = gpu.device.createBuffer({ label: 'staging', size: bytes, usage: readbackUsage });
    this.#target = gpu.device.createBuffer({ label: 'target', size: 16, usage: copyTarget });
  }

  /** What is not on the clock. */
  prepare(schedule: Schedule): void {
    if (schedule.ahead === 'idle') this.#ahead.set(schedule, this.#recordParts(schedule));
  }

  async run(schedule: Schedule, x: Float32Array, marks: Marks = {}): Promise<Float32Array> {
    const start = performance.now();
    const since = (): number => performance.now() - start;
    const { device } = this.#gpu;
    device.queue.writeBuffer(this.#x, 0, x as Float32Array<ArrayBuffer>);
    marks.uploadedMs = since();
    for (const filter of schedule.scopes) device.pushErrorScope(filter);
    const ready = this.#ahead.get(schedule);
    this.#ahead.delete(schedule);
    if (ready) this.#submitReady(ready);
    else this.#submitParts(schedule);
    const verdicts = schedule.scopes.map(() => device.popErrorScope());
    marks.submittedMs = since();
    const checked = Promise.all(verdicts).then((errors) => {
      marks.verdictMs = since();
      const error = errors.find((one) => one !== null);
      if (error) throw new Error(error.message);
    });
    const state = { waiting: true };
    const mapped = this.#staging.mapAsync(mapRead, 0, this.#bytes);
    const nudging = this.#nudge(schedule.nudge, state);
    if (schedule.ahead === 'awaiting') this.#ahead.set(schedule, this.#recordParts(schedule));
    await Promise.all([checked, mapped]);
    marks.mappedMs = since();
    state.waiting = false;
    const result = new Float32Array(this.#staging.getMappedRange(0, this.#bytes).slice(0));
    this.#staging.unmap();
    marks.mappedMs = since();
    void nudging;
    return result;
  }

  /** Records the whole plan and throws it away. */
  recordOnly(): void {
    this.#part(0, this.#plan.dispatches).finish();
  }

  /** Upload and readback with the first `dispatches` between. */
  async short(x: Float32Array, dispatches: number): Promise<void> {
    const { device } = this.#gpu;
    device.queue.writeBuffer(this.#x, 0, x as Float32Array<ArrayBuffer>);
    const encoder = dispatches > 0 ? this.#part(0, dispatches) : device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#x, 0, this.#staging, 0, this.#bytes);
    device.queue.submit([encoder.finish()]);
    const state = { waiting: true };
    const mapped = this.#staging.mapAsync(mapRead, 0, this.#bytes);
    void this.#nudge({ kind: 'submit', inFlight: 1 }, state);
    await mapped;
    state.waiting = false;
    this.#staging.unmap();
  }

  /** The whole plan until the queue says that it is done. */
  async untilDone(): Promise<void> {
    const { queue } = this.#gpu.device;
    queue.submit([this.#part(0, this.#plan.dispatches).finish()]);
    const state = { waiting: true };
    const done = queue.onSubmittedWorkDone();
    void this.#nudge({ kind: 'submit', inFlight: 1 }, state);
    await done;
    state.waiting = false;
  }

  dispose(): void {
    this.#staging.destroy();
    this.#target.destroy();
  }

  #part(from: number, to: number): GPUCommandEncoder {
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    this.#plan.record(pass, from, to);
    pass.end();
    return encoder;
  }

  #ranges(schedule: Schedule): (readonly [from: number, to: number])[] {
    const { dispatches } = this.#plan;
    const ends = [...schedule.cuts(dispatches), dispatches];
    return ends.map((end, index) => [ends[index - 1] ?? 0, end] as const);
  }

  #recordParts(schedule: Schedule): GPUCommandBuffer[] {
    return this.#ranges(schedule).map(([from, to]) => this.#part(from, to).finish());
  }

  #submitReady(ready: readonly GPUCommandBuffer[]): void {
    const { device } = this.#gpu;
    ready.forEach((commands, index) => {
      if (index < ready.length - 1) return device.queue.submit([commands]);
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(this.#x, 0, this.#staging, 0, this.#bytes);
      device.queue.submit([commands, encoder.finish()]);
    });
  }

  #submitParts(schedule: Schedule): void {
    for (const [from, to] of this.#ranges(schedule)) {
      const encoder = this.#part(from, to);
      if (to === this.#plan.dispatches) encoder.copyBufferToBuffer(this.#x, 0, this.#staging, 0, this.#bytes);
      this.#gpu.device.queue.submit([encoder.finish()]);
    }
  }

  async #nudge(nudge: Nudge, state: { readonly waiting: boolean }): Promise<void> {
    if (nudge === 'none') return;
    const { device } = this.#gpu;
    if (nudge.kind === 'write') {
      const nothing = new Uint8Array(0);
      for (let last = 0; state.waiting; await task()) {
        if (performance.now() - last < nudge.pauseMs) continue;
        device.queue.writeBuffer(this.#target, 0, nothing);
        last = performance.now();
      }
      return;
    }
    const loop = async (): Promise<void> => {
      while (state.waiting) {
        if (nudge.kind === 'submit') device.queue.submit([]);
        device.pushErrorScope('validation');
        await device.popErrorScope();
      }
    };
    await Promise.all(Array.from({ length: nudge.inFlight }, loop));
  }
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
