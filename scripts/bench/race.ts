import type { KernelCall } from '../../src/gpu/kernel.ts';
import { type Bench, difference } from './harness.ts';

type Report = (line: Readonly<Record<string, unknown>>) => void;

/** Candidates for the same work; the first is the reference that the others' outputs are compared with. */
export interface Race<A> {
  readonly name: string;
  readonly candidates: Readonly<Record<string, (args: A) => KernelCall[]>>;
  /** One a copy of the inputs, so many that no cache holds all: timed in turn. */
  readonly args: readonly A[];
  /** Moved and computed by one candidate's run. */
  readonly bytes: number;
  readonly flops: number;
  readonly output: { readonly buffer: GPUBuffer; readonly count: number; readonly element: 'f32' | 'f16' };
  /** What to report of the reference's own output. */
  readonly checked?: (got: Float64Array) => Promise<Readonly<Record<string, unknown>>>;
}

const digits = (value: number, count = 4): number => Number(value.toPrecision(count));
/** Outputs compared: of more, as many from the beginning and from the end. Reading all would take longer than timing. */
const compared = 2 ** 19;

export async function race<A>(bench: Bench, report: Report, r: Race<A>): Promise<void> {
  const [first] = r.args;
  if (first === undefined) throw new RangeError(`${r.name} has no inputs.`);
  let want: Float64Array | undefined;
  for (const [name, make] of await compiled(bench, report, r, first)) {
    bench.gpu.device.queue.writeBuffer(r.output.buffer, 0, new Uint8Array(r.output.buffer.size));
    const calls = make(first);
    await bench.run(calls);
    const got = await outputs(bench, r.output);
    if (!want) {
      want = got;
      if (r.checked) report({ p: r.name, ...(await r.checked(got)) });
    }
    const { rms, worst } = difference(got, want);
    const time = await bench.time(r.args.flatMap(make));
    const us = time.us * calls.length;
    report({
      p: r.name,
      c: name,
      us: digits(us),
      min: digits(time.min * calls.length),
      gbs: digits(r.bytes / us / 1e3),
      tflops: digits(r.flops / us / 1e6),
      clock: digits(time.clock, 2),
      rms: digits(rms, 2),
      worst: digits(worst, 2),
    });
  }
}

/** Compiles all candidates side by side; those that the device refuses are reported and left out. */
async function compiled<A>(bench: Bench, report: Report, r: Race<A>, first: A) {
  const entries = await Promise.all(
    Object.entries(r.candidates).map(async (entry) => {
      try {
        await Promise.all(entry[1](first).map((call) => bench.gpu.pipelines.get(call)));
        return [entry];
      } catch (error) {
        report({ p: r.name, c: entry[0], refused: String(error).slice(0, 200) });
        return [];
      }
    }),
  );
  return entries.flat();
}

async function outputs(bench: Bench, { buffer, count, element }: Race<never>['output']): Promise<Float64Array> {
  if (count <= 2 * compared) return bench.floats(buffer, count, element);
  const end = (count - compared) * (element === 'f32' ? 4 : 2);
  return Float64Array.from([
    ...(await bench.floats(buffer, compared, element)),
    ...(await bench.floats(buffer, compared, element, end)),
  ]);
}
