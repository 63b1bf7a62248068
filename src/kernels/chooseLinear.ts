import type { KernelCall } from '../gpu/kernel.ts';
import { directCall, type LinearAlgorithm, type LinearArgs, matrixCall, vectorCall } from './linear.ts';
import { tileCall } from './linearWide.ts';
import type { WeightPart } from './weight.ts';

/** Up to this many rows the vector product, which reads W once a row, beats a tile that is mostly empty. */
const vectorRows = 3;

/** y = epilogue(norm(x) · Wᵀ): one dispatch for each part of the weight. */
export function linear(args: LinearArgs): KernelCall[] {
  const call = calls[args.algorithm ?? chooseAlgorithm(args)];
  return args.weight.parts.map((part) => call(args, part));
}

const calls: Readonly<Record<LinearAlgorithm, (args: LinearArgs, part: WeightPart) => KernelCall>> = {
  vector: vectorCall,
  matrix: matrixCall,
  direct: directCall,
  tile: (args, part) => tileCall(args, part, '64x64t4'),
};

/** Which kernel serves the call: a heuristic that needs no measuring; ARCHITECTURE.md has the figures behind it. */
function chooseAlgorithm({ rows, norm, device }: LinearArgs): LinearAlgorithm {
  if (rows <= vectorRows) return 'vector';
  // The other two take no norm: they would work the statistics out again for every column of tiles.
  if (norm) return 'matrix';
  return device.adapter.software ? 'direct' : 'tile';
}
