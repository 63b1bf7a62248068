import { GpuContext } from '../../src/gpu/context.ts';
import { requestDevice } from '../../src/gpu/device.ts';
import { probeMatrixUnits } from '../../src/kernels/subgroupMatrixProbe.ts';
import { Bench } from './harness.ts';
import { attentionProblems } from './sweepAttention.ts';
import { ceilings } from './sweepCeilings.ts';
import { linearProblems } from './sweepLinear.ts';
import { normProblems } from './sweepNorm.ts';
import { named, type SweepOptions } from './sweepOptions.ts';

/** Times every candidate on this adapter; each line says what it is, how long it took and how far off it was. */
export async function sweep(dawn: GPU, options: SweepOptions): Promise<void> {
  const start = performance.now();
  const { device, info } = await requestDevice(dawn, {});
  device.addEventListener('uncapturederror', (event) => options.report({ error: event.error.message.slice(0, 500) }));
  options.report({
    adapter: info.adapter,
    features: info.features,
    limits: info.limits,
    subgroupSize: info.subgroupSize,
  });
  const first = new GpuContext(device, info);
  const matrixSyntax = await probeMatrixUnits(first);
  options.report({ matrixSyntax: matrixSyntax ?? 'none' });
  const bench = new Bench(matrixSyntax ? new GpuContext(device, { ...info, matrixSyntax }) : first, options.passMs);
  const { gpu } = bench;
  const problems = [
    ...ceilings(options),
    ...attentionProblems(options),
    ...normProblems(gpu, options),
    ...linearProblems(gpu, options),
  ];
  for (const problem of problems) {
    if (!named(problem.name, options.only)) continue;
    if ((performance.now() - start) / 1000 > options.seconds) {
      options.report({ skipped: problem.name });
      continue;
    }
    try {
      await problem.run(bench, options.report);
    } catch (error) {
      options.report({ problem: problem.name, failed: String(error).slice(0, 400) });
    }
    bench.release();
  }
  options.report({ seconds: Math.round((performance.now() - start) / 1000), ...bench.gpu.pipelines.stats });
}
