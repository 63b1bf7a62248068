import type { CheckpointSource } from '../storage/source.ts';
import type { VariantName } from '../variants/published.ts';
import type { ModelByVariant } from './api.ts';
import { LocalBrandkit } from './localBrandkit.ts';
import { LocalViralClipper } from './localClipper.ts';
import { LocalDeepSeek } from './localDeepSeek.ts';
import type { ModelCore } from './modelCore.ts';

/** The variant's own class over a core. */
export function createLocalModel(core: ModelCore, files: CheckpointSource | undefined): ModelByVariant[VariantName] {
  switch (core.setup.description.variant) {
    case 'deepseek':
      return new LocalDeepSeek(core, files);
    case 'viral-clipper':
      return new LocalViralClipper(core);
    case 'brandkit':
      return new LocalBrandkit(core);
  }
}
