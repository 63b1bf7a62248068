import { dispatchCall, dotCall, fmaCall, matrixRateCall, streamCall } from '../../src/kernels/ceilings.ts';
import type { Bench } from './harness.ts';
import type { Problem, SweepOptions } from './sweepOptions.ts';

type Report = SweepOptions['report'];

const round = (value: number): number => Number(value.toPrecision(4));

export const ceilings = ({ shrink }: SweepOptions): Problem[] => [
  { name: 'ceiling.stream', run: (bench, report) => stream(bench, shrink, report) },
  { name: 'ceiling.fma', run: (bench, report) => multiplyAdds(bench, shrink, report) },
  { name: 'ceiling.dot4', run: (bench, report) => integerProducts(bench, shrink, report) },
  { name: 'ceiling.units', run: (bench, report) => matrixProducts(bench, shrink, report) },
  { name: 'ceiling.dispatch', run: dispatches },
];

async function stream(bench: Bench, shrink: number, report: Report): Promise<void> {
  for (const mb of [32, 256, 1024]) {
    const bytes = Math.max(4, Math.floor(mb / shrink)) * 2 ** 20;
    if (bytes > bench.gpu.info.limits.maxStorageBufferBindingSize) continue;
    const source = bench.buffer(bytes);
    const mark = 0x12345678;
    bench.gpu.device.queue.writeBuffer(source, bytes / 2, new Uint32Array([mark]));
    for (const workgroupSize of [128, 256])
      for (const workgroups of [528, 1056, 2112, 4224, 8448, 33_792]) {
        const sums = bench.buffer(workgroups * 4);
        const calls = [streamCall({ source, bytes, sums, workgroups, workgroupSize })];
        await bench.run(calls);
        const words = new Uint32Array(await bench.gpu.read(sums, 0, workgroups * 4));
        const right = words.reduce((all, word) => all ^ word, 0) === mark;
        const { us } = await bench.time(calls);
        report({ p: 'stream', mb, workgroupSize, workgroups, us: round(us), gbs: round(bytes / us / 1e3), right });
      }
    bench.release();
  }
}

async function multiplyAdds(bench: Bench, shrink: number, report: Report): Promise<void> {
  for (const element of ['f32', 'f16'] as const) {
    if (element === 'f16' && !bench.gpu.info.features.f16) continue;
    for (const [workgroupSize, perCore] of [
      [128, 8],
      [256, 4],
      [256, 8],
    ] as const) {
      const workgroups = Math.ceil((132 * perCore) / shrink);
      const result = bench.buffer(workgroups * workgroupSize * 4);
      const call = fmaCall({ element, result, workgroups, workgroupSize, steps: shrink > 1 ? 64 : 1024 });
      await bench.run([call]);
      const sums = await bench.floats(result, 16, 'f32');
      const { us } = await bench.time([call]);
      report({
        p: `fma ${element}`,
        workgroupSize,
        workgroups,
        us: round(us),
        tflops: round((call.cost?.flops ?? 0) / us / 1e6),
        // 32 chains that have all come to 1.
        right: sums.every((sum) => Math.abs(sum - 32) < 0.1),
      });
    }
  }
}

async function integerProducts(bench: Bench, shrink: number, report: Report): Promise<void> {
  if (!bench.gpu.info.features.integerDot) return;
  for (const workgroupSize of [128, 256]) {
    const workgroups = Math.ceil(1056 / shrink);
    const result = bench.buffer(workgroups * workgroupSize * 4);
    const call = dotCall({ result, workgroups, workgroupSize, steps: shrink > 1 ? 64 : 1024 });
    await bench.run([call]);
    const sums = new Int32Array(await bench.gpu.read(result, 0, workgroups * workgroupSize * 4));
    const { us } = await bench.time([call]);
    const right = sums.every((sum) => sum === 28);
    report({ p: 'dot4', workgroupSize, us: round(us), tops: round((call.cost?.flops ?? 0) / us / 1e6), right });
  }
}

async function matrixProducts(bench: Bench, shrink: number, report: Report): Promise<void> {
  if (!bench.gpu.info.matrixSyntax) return;
  const steps = shrink > 1 ? 64 : 1024;
  for (const workgroupSize of [128, 256])
    for (const workgroups of [264, 528, 1056]) {
      const count = (workgroups * workgroupSize) / 4;
      const result = bench.buffer(count * 4);
      const call = matrixRateCall({ result, workgroups, workgroupSize, steps });
      await bench.run([call]);
      const sums = await bench.floats(result, count, 'f32');
      const { us } = await bench.time([call]);
      const tflops = round((call.cost?.flops ?? 0) / us / 1e6);
      report({
        p: 'units',
        workgroupSize,
        workgroups,
        us: round(us),
        tflops,
        right: sums.every((sum) => sum === steps),
      });
    }
}

async function dispatches(bench: Bench, report: Report): Promise<void> {
  const counter = bench.buffer(16);
  const calls = Array.from({ length: 200 }, () => dispatchCall(counter));
  await bench.run(calls);
  const count = new Uint32Array(await bench.gpu.read(counter, 0, 4))[0];
  const { us, min } = await bench.time(calls);
  report({ p: 'dispatch dependent', us: round(us), min: round(min), right: count === 200 });
  const own = Array.from({ length: 64 }, () => dispatchCall(bench.buffer(16)));
  report({ p: 'dispatch independent', us: round((await bench.time(own)).us) });
}
