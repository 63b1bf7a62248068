import type { BrandNetwork } from '../nn/brandNetwork.ts';
import type { ClipNetwork } from '../nn/clipNetwork.ts';
import { weightsMissing } from '../variants/describe.ts';
import type { ModelCore } from './modelCore.ts';
import type { Runtime } from './runtime.ts';

/** The network around the trunk on this runtime. @throws EngineError weights-missing where the checkpoint is a trunk only */
export function clipNetwork({ setup }: ModelCore, runtime: Runtime): ClipNetwork {
  if (runtime.kind === 'clipper') return runtime.network;
  throw weightsMissing(setup.description, setup.tensorNames);
}

/** @throws EngineError weights-missing where the checkpoint is a trunk only */
export function brandNetwork({ setup }: ModelCore, runtime: Runtime): BrandNetwork {
  if (runtime.kind === 'brand') return runtime.network;
  throw weightsMissing(setup.description, setup.tensorNames);
}
