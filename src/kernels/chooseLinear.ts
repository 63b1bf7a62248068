import type { Candidate, KernelCall, Site } from '../gpu/kernel.ts';
import { pickAt, rowsClass } from './candidate.ts';
import { directCall, type LinearAlgorithm, type LinearArgs, vectorCall } from './linear.ts';
import { subgroupMatrixCall, subgroupMatrixTilesFor, usesMatrixUnits } from './linearSubgroupMatrix.ts';
import { tileCall, tilesFor } from './linearTile.ts';
import { norm } from './norm.ts';
import type { WeightPart } from './weight.ts';

/** Up to this many rows the vector product, which reads W once a row, beats a tile that is mostly empty. */
const vectorRows = 3;

/** y = epilogue(norm(x) · Wᵀ): one dispatch for each part of the weight, and one before for a norm that is not fused. */
export function linear(args: LinearArgs): KernelCall[] {
  if (args.algorithm) return partCalls(args, calls[args.algorithm]);
  return pickAt(linearSite(args), args.choices);
}

const linearSite = (args: LinearArgs): Site => ({
  key: linearKey(args),
  candidates: linearCandidates(args),
  input: { buffer: args.x, element: args.xElement, columns: args.weight.inDim },
  output: { buffer: args.y, element: args.yElement, columns: args.weight.outDim },
  accumulates: args.residual ?? false,
});

/** All ways to do it that this device and these shapes allow, the one that needs no measuring first; ARCHITECTURE.md has the figures behind it. */
export function linearCandidates(args: LinearArgs): readonly Candidate[] {
  const fused = products(args);
  const { normed, norm: weight } = args;
  if (!normed || !weight) return fused;
  const plain = { ...args, x: normed.buffer, xElement: normed.element, norm: undefined, firstRow: 0 };
  const apart = products(plain).map(({ name, calls: product }): Candidate => ({
    name: `norm + ${name}`,
    calls: () => [...normCall(args), ...product()],
  }));
  return fusesNorm(args) ? [...fused, ...apart] : [...apart, ...fused];
}

/** The class of calls for which one candidate is chosen: all that decides which is the fastest. */
export function linearKey(args: LinearArgs): string {
  const { weight, normed } = args;
  return [
    'linear',
    // Rows that must come out as each does alone get one kernel, whatever their number.
    args.alone ? 'alone' : `${rowsClass(args.rows)} rows`,
    `${weight.inDim}x${weight.outDim}`,
    weight.format,
    weight.gated ? 'gated' : 'plain',
    args.norm?.kind ?? 'no norm',
    `${args.xElement}${normed ? `|${normed.element}` : ''}>${args.yElement}`,
    args.residual ? 'residual' : 'stored',
  ].join(' ');
}

const calls: Readonly<Record<LinearAlgorithm, (args: LinearArgs, part: WeightPart) => KernelCall>> = {
  vector: vectorCall,
  direct: directCall,
  tile: (args, part) => tileCall(args, part, '64x64t4'),
};

const partCalls = (args: LinearArgs, call: (args: LinearArgs, part: WeightPart) => KernelCall): KernelCall[] =>
  args.weight.parts.map((part) => call(args, part));

/**
 * Fusing saves a dispatch and a round trip through memory, but every workgroup then works the statistics out again.
 * That pays while a workgroup has one row, and loses for a tile of many rows. On a CPU it loses always: the statistics
 * need barriers, which there cost more than the dispatch.
 */
const fusesNorm = ({ device, alone, rows }: LinearArgs): boolean =>
  !device.adapter.software && (alone || rows <= vectorRows);

function normCall(args: LinearArgs): KernelCall[] {
  if (!args.norm || !args.normed) return [];
  return [
    norm({
      label: `${args.label}.norm`,
      device: args.device,
      x: args.x,
      y: args.normed.buffer,
      weight: args.norm,
      element: args.normed.element,
      rows: args.rows,
      dim: args.weight.inDim,
      firstRow: args.firstRow ?? 0,
    }),
  ];
}

/** Kernels for the product itself, the heuristic's choice first; a norm is fused. */
function products(args: LinearArgs): Candidate[] {
  const { device, alone, rows } = args;
  const vectors = vectorCandidates(args);
  if (alone) return vectors;
  const direct: Candidate = { name: 'direct', calls: () => partCalls(args, directCall) };
  // These take no norm: they would work the statistics out again for every column of tiles.
  if (args.norm) return vectors;
  if (device.adapter.software) return rows <= vectorRows ? [...vectors, direct] : [direct, ...vectors];
  const many = [...matrixCandidates(args), ...tileCandidates(args)];
  if (rows <= vectorRows) return [...vectors, ...many];
  return rowsClass(rows) <= rowsClass(vectorRows) ? [...many, ...vectors] : many;
}

function vectorCandidates(args: LinearArgs): Candidate[] {
  // Many lanes for few outputs, few for many; the first is what vectorCall takes by itself.
  const lanes = args.device.adapter.software ? [1, 4] : [16, 4, 64];
  return lanes.map((count) => ({
    name: `vector l${count}`,
    calls: () => partCalls({ ...args, lanes: count }, vectorCall),
  }));
}

const tileCandidates = (args: LinearArgs): Candidate[] =>
  tilesFor(args).map((tile) => ({
    name: `tile ${tile}`,
    calls: () => partCalls(args, (each, part) => tileCall(each, part, tile)),
  }));

function matrixCandidates(args: LinearArgs): Candidate[] {
  const { matrixSyntax } = args.device;
  if (!matrixSyntax || args.xElement !== 'f16' || !usesMatrixUnits(args.rows, args.weight, args.device)) return [];
  return subgroupMatrixTilesFor(args).map((tile) => ({
    name: `units ${tile}`,
    calls: () => partCalls(args, (each, part) => subgroupMatrixCall(each, part, tile, matrixSyntax)),
  }));
}
