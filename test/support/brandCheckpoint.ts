import { parseBrandConfig } from '../../src/nn/brandConfig.ts';
import { brandSpecs } from '../../src/nn/brandWeights.ts';
import { trunkSpecs } from '../../src/nn/trunkWeights.ts';
import { makeSafetensors } from './safetensors.ts';

const config = {
  architectures: ['UltraOptimizedModel'],
  hidden_size: 16,
  num_layers: 1,
  num_heads: 2,
  intermediate_size: 12,
  max_sequence_length: 64,
};

/** A whole Brandkit of 64 positions, too small to know anything. `more` goes into its config. */
export function brandCheckpoint(more: object = {}): File[] {
  const json = { ...config, ...more };
  const parsed = parseBrandConfig(json);
  const sources = [...trunkSpecs(parsed), ...brandSpecs(parsed)].flatMap((spec) => spec.sources);
  const tensors = Object.fromEntries(sources.map(({ tensor, shape }) => [tensor, { shape }]));
  return [new File([JSON.stringify(json)], 'config.json'), new File([makeSafetensors(tensors)], 'model.safetensors')];
}
