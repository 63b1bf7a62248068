/** Every kernel's declaration: for the tests that hold declarations against WGSL, and for listings. */
export { attentionDecodeKernel, attentionDecodeWideKernel, attentionMergeKernel } from './attentionKernels.ts';
export { attentionDirectKernel, attentionPrefillKernel, attentionTiledKernel } from './attentionPrefillKernels.ts';
export { dispatchCost, dotRate, fmaRate, matrixRate, streamRead } from './ceilings.ts';
export { convertWeight, quantizationError, quantizeWeight } from './convert.ts';
export { embeddingKernel } from './embedding.ts';
export { linearDirect, linearVector } from './linear.ts';
export { attentionMatrixKernel } from './attentionMatrix.ts';
export { linearSubgroupMatrix } from './linearSubgroupMatrix.ts';
export { linearTile } from './linearTile.ts';
export { linearVectorCodes, linearVectorWide } from './linearVectorWide.ts';
export { linearInt8Direct, linearInt8Tile, quantizeRowsKernel } from './linearInt8.ts';
export { meanRowsKernel } from './meanRows.ts';
export { normKernel } from './norm.ts';
export { normSumsKernel } from './normSums.ts';
export { ropeKvKernel } from './ropeKv.ts';
export {
  sampleCompactKernel,
  sampleHistogramKernel,
  samplePickKernel,
  sampleScanKernel,
  softmaxKernel,
} from './sampling.ts';
export { subgroupProbeKernel } from './subgroupProbe.ts';
export { tuneCompare, tuneFill } from './tuning.ts';
