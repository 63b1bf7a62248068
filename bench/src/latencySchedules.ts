import type { GpuContext } from '../../src/gpu/context.ts';
import type { Plan } from '../../src/gpu/plan.ts';
import { submitRanges } from '../../src/gpu/submits.ts';
import { type Nudge, sendNudges } from './latencyNudge.ts';

/** A way to get one forward to the GPU and its result back. */
export interface Schedule {
  readonly name: string;
  /** Dispatches before which a new submit begins. */
  readonly cuts: (dispatches: number) => readonly number[];
  readonly scopes: readonly GPUErrorFilter[];
  readonly nudge: Nudge;
  /** Command buffers are recorded while the result of the forward before is awaited; `later`: when it is there. */
  readonly ahead: 'no' | 'awaiting' | 'later';
}

/** A way to get several there that are asked for together. */
export interface Together {
  readonly name: string;
  readonly schedule: Schedule;
  /** A forward is begun when the result of the one so many before is there. */
  readonly inFlight: number;
  /** Whether every forward goes in its schedule's submits; else the first alone does, and those behind it are one each. */
  readonly split: boolean;
  /** Results that are copied out and mapped. */
  readonly reads: 'each' | 'last';
}

const three = ['internal', 'out-of-memory', 'validation'] as const;
const engines = (dispatches: number) =>
  submitRanges(dispatches)
    .slice(1)
    .map(([from]) => from);
/** Each part is `factor` times the one before. */
const growing = (first: number, factor: number) => (dispatches: number) => {
  const cuts: number[] = [];
  for (let at = first, size = first; at < dispatches; size *= factor, at += size) cuts.push(at);
  return cuts;
};
const engine: Schedule = {
  name: 'as GpuContext does it',
  cuts: engines,
  scopes: three,
  nudge: { kind: 'submit', inFlight: 1 },
  ahead: 'awaiting',
};
const vary = (name: string, change: Partial<Schedule>): Schedule => ({ ...engine, ...change, name });
const oneScopeNudge = { kind: 'scope', inFlight: 1 } as const;
const twoScopeNudges = { kind: 'scope', inFlight: 2 } as const;
const mixed = { kind: 'mixed', every: 4 } as const;
const writes = { kind: 'write', pauseMs: 0.05 } as const;

/** The first is what the others are compared with. */
export const schedules: readonly Schedule[] = [
  engine,
  vary('recorded when it runs', { ahead: 'no' }),
  vary('recorded when the result before is there', { ahead: 'later' }),
  vary('one submit', { cuts: () => [] }),
  vary('one submit, recorded when it runs', { cuts: () => [], ahead: 'no' }),
  vary('more submits', { cuts: growing(4, 2) }),
  vary('one error scope', { scopes: ['validation'] }),
  vary('no error scope', { scopes: [] }),
  vary('no nudge', { nudge: 'none' }),
  vary('nudges by scope', { nudge: oneScopeNudge }),
  vary('2 nudges by scope', { nudge: twoScopeNudges }),
  vary('nudges by scope, each fourth with an empty submit', { nudge: mixed }),
  vary('nudges by empty writes', { nudge: writes }),
  vary('no error scope, 2 nudges by scope', { scopes: [], nudge: twoScopeNudges }),
  vary('no error scope, nudges by empty writes', { scopes: [], nudge: writes }),
];

const engineTogether: Together = {
  name: 'as the engine does it: 3 in flight',
  schedule: engine,
  inFlight: 3,
  split: false,
  reads: 'each',
};
const varyTogether = (name: string, change: Partial<Together>, schedule: Partial<Schedule> = {}): Together => ({
  ...engineTogether,
  ...change,
  name,
  schedule: vary(name, schedule),
});

/** The first is what the others are compared with. */
export const togethers: readonly Together[] = [
  engineTogether,
  varyTogether('2 in flight', { inFlight: 2 }),
  varyTogether('8 in flight', { inFlight: 8 }),
  varyTogether('every one in several submits', { split: true }),
  varyTogether('recorded when it runs', {}, { ahead: 'no' }),
  varyTogether('no error scope', {}, { scopes: [] }),
  varyTogether('no nudge', {}, { nudge: 'none' }),
  varyTogether('nudges by scope', {}, { nudge: oneScopeNudge }),
  varyTogether('2 nudges by scope', {}, { nudge: twoScopeNudges }),
  varyTogether('nudges by scope, each fourth with an empty submit', {}, { nudge: mixed }),
  varyTogether('nudges by empty writes', {}, { nudge: writes }),
  varyTogether('8 in flight, nudges by empty writes', { inFlight: 8 }, { nudge: writes }),
  varyTogether('8 in flight, only the last result read', { inFlight: 8, reads: 'last' }),
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
  readonly #stagings: GPUBuffer[] = [];
  /** Written to for nothing. */
  readonly #target: GPUBuffer;
  readonly #ahead = new Map<Schedule, GPUCommandBuffer[]>();

  /** `x`: input and output, `bytes` long. */
  constructor(gpu: GpuContext, plan: Plan, x: GPUBuffer, bytes: number) {
    this.#gpu = gpu;
    this.#plan = plan;
    this.#x = x;
    this.#bytes = bytes;
    this.#target = gpu.device.createBuffer({ label: 'target', size: 16, usage: copyTarget });
  }

  async run(schedule: Schedule, x: Float32Array, marks: Marks = {}): Promise<Float32Array> {
    const state = { waiting: true };
    const result = this.#begin(schedule, x, this.#staging(0), true, marks);
    void sendNudges(this.#gpu.device, this.#target, schedule.nudge, state);
    this.#recordAhead(schedule, 'awaiting');
    const output = await result;
    state.waiting = false;
    // In a task of the caller's, behind its clock.
    if (schedule.ahead === 'later') setTimeout(() => this.#recordAhead(schedule, 'later'));
    return output;
  }

  /** `count` forwards of the same input; the outputs that were read. */
  async together(way: Together, x: Float32Array, count: number): Promise<Float32Array[]> {
    const { schedule, inFlight, split, reads } = way;
    const state = { waiting: true };
    const results: Promise<Float32Array>[] = [];
    for (let index = 0; index < count; index++) {
      await results[index - inFlight];
      const staging = reads === 'each' || index === count - 1 ? this.#staging(index) : undefined;
      results.push(this.#begin(schedule, x, staging, split || index === 0));
      if (index === 0) void sendNudges(this.#gpu.device, this.#target, schedule.nudge, state);
      this.#recordAhead(schedule, 'awaiting');
    }
    const outputs = await Promise.all(results);
    state.waiting = false;
    return outputs.filter((output) => output.length > 0);
  }

  /** The plan `count` times over in one pass and one submit, one upload before and one result behind. */
  async inOneSubmit(x: Float32Array, count: number): Promise<Float32Array> {
    const { device } = this.#gpu;
    const staging = this.#staging(0);
    device.queue.writeBuffer(this.#x, 0, x as Float32Array<ArrayBuffer>);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < count; i++) this.#plan.record(pass);
    pass.end();
    encoder.copyBufferToBuffer(this.#x, 0, staging, 0, this.#bytes);
    device.queue.submit([encoder.finish()]);
    const state = { waiting: true };
    void sendNudges(device, this.#target, oneScopeNudge, state);
    const output = await this.#read(staging);
    state.waiting = false;
    return output;
  }

  /** Records the whole plan and throws it away. */
  recordOnly(): void {
    this.#part(0, this.#plan.dispatches).finish();
  }

  /** Upload and readback with the first `dispatches` between. */
  async short(x: Float32Array, dispatches: number): Promise<void> {
    const { device } = this.#gpu;
    const staging = this.#staging(0);
    device.queue.writeBuffer(this.#x, 0, x as Float32Array<ArrayBuffer>);
    const encoder = dispatches > 0 ? this.#part(0, dispatches) : device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#x, 0, staging, 0, this.#bytes);
    device.queue.submit([encoder.finish()]);
    const state = { waiting: true };
    void sendNudges(device, this.#target, engine.nudge, state);
    await this.#read(staging);
    state.waiting = false;
  }

  #begin(
    schedule: Schedule,
    x: Float32Array,
    staging: GPUBuffer | undefined,
    split: boolean,
    marks: Marks = {},
  ): Promise<Float32Array> {
    const start = performance.now();
    const since = (): number => performance.now() - start;
    const { device } = this.#gpu;
    device.queue.writeBuffer(this.#x, 0, x as Float32Array<ArrayBuffer>);
    marks.uploadedMs = since();
    for (const filter of schedule.scopes) device.pushErrorScope(filter);
    this.#submit(schedule, staging, split);
    const verdicts = schedule.scopes.map(() => device.popErrorScope());
    marks.submittedMs = since();
    const checked = Promise.all(verdicts).then((errors) => {
      marks.verdictMs = since();
      const error = errors.find((one) => one !== null);
      if (error) throw new Error(error.message);
    });
    const mapped = staging ? this.#read(staging) : Promise.resolve(new Float32Array(0));
    return Promise.all([mapped, checked]).then(([output]) => {
      marks.mappedMs = since();
      return output;
    });
  }

  #submit(schedule: Schedule, staging: GPUBuffer | undefined, split: boolean): void {
    const { device } = this.#gpu;
    const ready = this.#ahead.get(schedule);
    this.#ahead.delete(schedule);
    const ranges = this.#ranges(schedule);
    const held: GPUCommandBuffer[] = [];
    for (const [index, [from, to]] of ranges.entries()) {
      const last = index === ranges.length - 1;
      const recorded = ready?.[index];
      if (recorded) held.push(recorded);
      if (!recorded || (last && staging)) {
        const encoder = recorded ? device.createCommandEncoder() : this.#part(from, to);
        if (last && staging) encoder.copyBufferToBuffer(this.#x, 0, staging, 0, this.#bytes);
        held.push(encoder.finish());
      }
      if (split || last) device.queue.submit(held.splice(0));
    }
  }

  #recordAhead(schedule: Schedule, when: Schedule['ahead']): void {
    if (schedule.ahead !== when) return;
    const parts = this.#ranges(schedule).map(([from, to]) => this.#part(from, to).finish());
    this.#ahead.set(schedule, parts);
  }

  async #read(staging: GPUBuffer): Promise<Float32Array> {
    await staging.mapAsync(mapRead, 0, this.#bytes);
    const result = new Float32Array(staging.getMappedRange(0, this.#bytes).slice(0));
    staging.unmap();
    return result;
  }

  #staging(index: number): GPUBuffer {
    const { device } = this.#gpu;
    const size = this.#bytes;
    return (this.#stagings[index] ??= device.createBuffer({ label: 'staging', size, usage: readbackUsage }));
  }

  #part(from: number, to: number): GPUCommandEncoder {
    const encoder = this.#gpu.device.createCommandEncoder();
    this.#plan.encodeSteps(encoder, from, to);
    return encoder;
  }

  #ranges(schedule: Schedule): (readonly [from: number, to: number])[] {
    const { dispatches } = this.#plan;
    const ends = [...schedule.cuts(dispatches), dispatches];
    return ends.map((end, index) => [ends[index - 1] ?? 0, end] as const);
  }
}
