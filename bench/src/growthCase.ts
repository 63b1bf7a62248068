import type { CaseResult, GrowthCase, Measurement } from './protocol.ts';
import { compareThenTime, orMismatch } from './samples.ts';
import { expectedMs } from './expectedMs.ts';
import {
  forwardFlops,
  loadPair,
  type Pair,
  precisionProblem,
  runnersOf,
  tolerances,
  weightBytesOf,
} from './trunkCase.ts';

/** One point: time of both, and what Halftone's ledger holds for this shape alone. */
async function point(
  wanted: GrowthCase,
  pair: Pair,
  label: string,
  size: number,
  shape: readonly [number, number],
): Promise<Measurement> {
  const [batch, seq] = shape;
  const layers = Number(pair.model.config['num_layers']);
  const work = {
    flops: forwardFlops(wanted.parameters, wanted.hidden, layers, batch, seq),
    bytes: wanted.parameters * weightBytesOf[wanted.precision],
  };
  const base = { label, size, halftoneMs: [], peerMs: [], ...work };
  const expected = expectedMs(work, undefined, wanted.ceilings, pair.peer ? 'beside' : 'alone') * (wanted.runs + 1);
  if (expected > wanted.limitMs)
    return { ...base, note: `left out: would take about ${(expected / 1000).toFixed(0)} s` };
  const { halftone, peer, x } = runnersOf(pair, [batch, seq, wanted.hidden], seq + batch);
  const memoryBytes = await memoryOf(pair, [batch, seq, wanted.hidden]);
  return orMismatch({ ...base, memoryBytes }, () =>
    compareThenTime(label, wanted.runs, tolerances[wanted.precision], halftone, peer, x),
  );
}

/** What Halftone takes over the weights, by a model of its own: plans of the shapes before do not count. */
async function memoryOf(pair: Pair, shape: readonly [number, number, number]): Promise<number> {
  const model = await pair.loadAgain();
  const before = (await pair.engine.memory()).inUseBytes;
  try {
    await model.forward(new Float32Array(shape[0] * shape[1] * shape[2]), shape);
    return (await pair.engine.memory()).inUseBytes - before;
  } finally {
    await model.dispose();
  }
}

export async function runGrowthCase(wanted: GrowthCase): Promise<CaseResult> {
  let pair: Pair;
  try {
    pair = await loadPair(wanted);
  } catch (error) {
    const unavailable = precisionProblem(error);
    if (unavailable === undefined) throw error;
    return { unavailable, sections: [] };
  }
  try {
    const bySeq: Measurement[] = [];
    for (const seq of wanted.seqs) bySeq.push(await point(wanted, pair, `seq ${seq}`, seq, [1, seq]));
    const byBatch: Measurement[] = [];
    for (const batch of wanted.batches)
      byBatch.push(await point(wanted, pair, `batch ${batch}`, batch, [batch, wanted.batchSeq]));
    const of = `${wanted.network} ${wanted.precision}`;
    return {
      peerUnavailable: pair.peerUnavailable,
      sections: [
        { name: `growth with the sequence, ${of}`, measurements: bySeq },
        { name: `growth with the batch, ${of}, ${wanted.batchSeq} tokens each`, measurements: byBatch },
      ],
    };
  } finally {
    await pair.dispose();
  }
}
