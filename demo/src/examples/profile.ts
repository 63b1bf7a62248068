import { createEngine } from '../../../src/index.ts';

/** Where the time of the published Brandkit trunk goes on this device. */
export async function run(print: (text: string) => void): Promise<void> {
  const engine = await createEngine();
  try {
    const model = await engine.load('brandkit', { source: { init: 'random', seed: 1 } });
    await model.warmUp();
    const { runs, ceilings, trace } = await model.profile({ seq: 16 });
    print(`reads at most ${ceilings.streamGBps?.toFixed(1) ?? '?'} GB/s\n`);
    for (const { name, byKernel, plain } of runs) {
      for (const { kernel, ms, share, shareOfStream } of byKernel) {
        const ofStream =
          shareOfStream === undefined ? '' : `, ${(shareOfStream * 100).toFixed(0)} % of the stream rate`;
        print(`${kernel}: ${ms.toFixed(2)} ms (${(share * 100).toFixed(0)} %)${ofStream}\n`);
      }
      print(`${name}: the GPU was busy ${(plain.utilisation * 100).toFixed(0)} % of the time\n`);
    }
    // As a file, it opens in https://ui.perfetto.dev.
    print(`a trace of ${trace.traceEvents.length} events`);
  } finally {
    await engine.dispose();
  }
}
