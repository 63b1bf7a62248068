// findBatchSize on this machine's GPU: the default language model's decode steps, and the published trunks.
import type { BatchSizeResult, Engine, Model, Precision, VariantName } from '../../src/engine/api.ts';

const rounded = ({ batchSize, item, stoppedBy, throughput }: BatchSizeResult) => ({
  batchSize,
  item,
  stoppedBy,
  perSecond: Object.fromEntries(throughput.map((row) => [row.batchSize, Number(row.itemsPerSecond.toPrecision(4))])),
  peakMiB: Object.fromEntries(throughput.map((row) => [row.batchSize, Math.round(row.peakBytes / 2 ** 20)])),
});

/** What was found by name and rows, with the seconds that it took. */
export async function checkBatchSizes(
  engine: Engine,
  precision: Precision,
  reasoner: File[],
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const search = async (name: string, model: Model, rows: readonly number[]): Promise<void> => {
    for (const seq of rows) {
      const start = performance.now();
      const result = rounded(await model.findBatchSize({ seq }));
      found[`${name} ${seq}`] = { ...result, seconds: Number(((performance.now() - start) / 1000).toFixed(1)) };
    }
    await model.dispose();
  };
  await search(
    'reasoner',
    await engine.load('deepseek', { source: reasoner, precision, contextLength: 1024 }),
    [16, 900],
  );
  const trunks: VariantName[] = ['brandkit', 'viral-clipper'];
  // On a CPU a single forward of it takes seconds.
  if (!engine.info.adapter.software) trunks.push('deepseek');
  for (const variant of trunks) {
    const model = await engine.load(variant, { source: { init: 'random', seed: 1 }, precision });
    await search(variant, model, [16, 128]);
  }
  return found;
}
