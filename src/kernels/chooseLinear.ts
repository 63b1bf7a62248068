import type { WeightFormat } from '../core/dtype.ts';
import { avoids } from '../gpu/device.ts';
import type { Candidate, KernelCall, Site } from '../gpu/kernel.ts';
import { pickAt, rowsClass } from './candidate.ts';
import { directCall, type LinearAlgorithm, type LinearArgs, vectorCall } from './linear.ts';
import { subgroupMatrixCall, subgroupMatrixTilesFor, usesMatrixUnits } from './linearSubgroupMatrix.ts';
import { tileCall, tilesFor } from './linearTile.ts';
import {
  fitsCodes,
  fitsStaged,
  fitsWide,
  fusesInWide,
  stepsOf,
  vectorWideCall,
  type VectorShape,
} from './linearVectorWide.ts';
import { norm } from './norm.ts';
import type { WeightPart } from './weight.ts';

/** Up to this many rows `linear_vector`, which reads W once a row, beats a tile that is mostly empty. */
const vectorRows = 3;
/** The same for `linear_vector_wide`, which reads W once for four rows. Matrix units come first where they serve. */
const wideRows = 8;

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
  wide: (args, part) => vectorWideCall(args, part, wideShape(args)),
  direct: directCall,
  tile: (args, part) => tileCall(args, part, '64x64t4'),
};

const partCalls = (args: LinearArgs, call: (args: LinearArgs, part: WeightPart) => KernelCall): KernelCall[] =>
  args.weight.parts.map((part) => call(args, part));

/** Few rows on a GPU. */
const isWide = ({ device, alone, rows, weight }: LinearArgs): boolean =>
  !device.adapter.software && !avoids(device, 'vector product') && (alone || rows <= wideRows) && fitsWide(weight);

/** The same with the norm, if there is one, in the kernel. */
const isWideFused = (args: LinearArgs): boolean => isWide(args) && fusesInWide(args);

/**
 * Fusing saves a dispatch and a round trip through memory. On a CPU it loses always: the statistics need barriers, which
 * there cost more than the dispatch. `linear_vector_wide` gathers them on the way, for a longer input to read (in f32, and gamma):
 * too much beside many rows of quantised ones. The others work them out again in every workgroup, which pays for single rows
 * only.
 */
function fusesNorm(args: LinearArgs): boolean {
  const { device, alone, rows, weight } = args;
  if (device.adapter.software) return false;
  if (!isWide(args)) return alone || rows <= vectorRows;
  if (!fusesInWide(args)) return false;
  const quantised = weight.format === 'int8' || weight.format === 'int4';
  if (quantised && weight.outDim > 16_384) return false;
  return alone || rows <= 4;
}

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
  const wide = wideCandidates(args);
  // What rounds its input to int8 is no match for what does not, and a tuner would tell them apart as right and wrong.
  if (wide.length > 0 && takesCodes(args)) return wide;
  const few = [...wide, ...vectorCandidates(args)];
  // The kernels for many rows take no norm: they would work the statistics out again for every column of tiles.
  if (alone || args.norm) return few;
  const direct: Candidate = { name: 'direct', calls: () => partCalls(args, directCall) };
  if (device.adapter.software) return rows === 1 ? [...few, direct] : [direct, ...few];
  if (avoids(device, 'tiled product')) return rows <= vectorRows ? [...few, direct] : [direct, ...few];
  const units = matrixCandidates(args);
  const tiles = tileCandidates(args);
  if (isWide(args) || rows <= vectorRows) return [...units, ...few, ...tiles];
  const many = [...units, ...tiles];
  return rowsClass(rows) <= rowsClass(vectorRows) ? [...many, ...few] : many;
}

/** Of one row, by sweeps on an H100: the fewest lanes where there are outputs enough, the most where there are few. */
const laneLimits: Readonly<Record<WeightFormat, readonly [least: number, most: number]>> = {
  f32: [64, 128],
  f16: [64, 128],
  int8: [32, 128],
  int4: [32, 64],
};

/**
 * Many lanes for four outputs where W has few rows, so that there are workgroups enough for a large GPU (131,072 invocations);
 * fewer where it has many, down to four steps a lane, and never more than there are steps. From sweeps on an H100. A row that
 * must come out as it does alone keeps its lanes beside others: they decide the order of its sums.
 */
function wideShape(args: LinearArgs): VectorShape {
  const { rows, alone, weight, norm } = args;
  const { format, gated } = weight;
  const codes = takesCodes(args);
  const groups = Math.ceil(weight.outDim / 4);
  const steps = stepsOf(weight);
  const [fewest, most] = laneLimits[format];
  // Several rows are work enough for each step. In int4 a gated step is 256 codes, and a staged input's cost is a workgroup's.
  const [wanted, least, limit] =
    rows <= 2 || alone === true
      ? [
          codes ? 32_768 : format === 'int4' && (gated || norm) ? 65_536 : 131_072,
          Math.max(16, Math.min(gated ? 32 : fewest, steps / 4)),
          most,
        ]
      : [65_536, 32, 64];
  const lanes = args.lanes ?? clampPower(wanted / groups, powerBelow(least), Math.min(limit, powerBelow(steps)));
  return shapeOf(args, lanes, unrollFor(args, lanes, 4));
}

function shapeOf(args: LinearArgs, lanes: number, unroll: VectorShape['unroll']): VectorShape {
  const { norm, weight } = args;
  // Beside an int8 matrix a norm's input is read from the cache for every four outputs: 256 invocations take 0.95 of 128's time.
  // A long input in int8 is made by all of a workgroup: of 14,336 elements 256 take 0.91 of the time, of 5,504 0.99, of 2,048 1.1.
  const large = (norm && weight.format === 'int8') || (takesCodes(args) && weight.inDim >= 4096);
  const workgroupSize = Math.max(large ? 256 : 128, lanes);
  return { lanes, workgroupSize, unroll, ...rowShape(args, workgroupSize) };
}

/** Whether one row at least has room to go in int8. */
const takesCodes = (args: LinearArgs): boolean => fitsCodes(args, { threadRows: '1', workgroupSize: 256 });

/** Steps in flight at most, for one row: what registers hold beside the sums. A step in int4 is four times eight elements; in f32 it is two loads. */
const mostSteps: Readonly<Record<WeightFormat | 'codes', { readonly plain: number; readonly gated: number }>> = {
  f32: { plain: 2, gated: 1 },
  f16: { plain: 4, gated: 1 },
  int8: { plain: 4, gated: 2 },
  int4: { plain: 2, gated: 1 },
  // In int4 with the input in int8.
  codes: { plain: 4, gated: 2 },
};

/** Like the number of rows, steps in flight leave a row's order alone. */
function unrollFor(args: LinearArgs, lanes: number, wanted: number): VectorShape['unroll'] {
  const { rows, weight, norm } = args;
  const { format, gated } = weight;
  const codes = takesCodes(args);
  const held = format === 'int4' && norm && !codes ? 1 : mostSteps[codes ? 'codes' : format][gated ? 'gated' : 'plain'];
  const most = Math.min(wanted, rows > 1 ? held / 2 : held);
  // What is past the last step is computed in vain: no more than a sixth of it, of cheap integer products a quarter. Four only
  // where they are all that a lane has: on an H100 8,192 x 8,192 in f16 and 11,264 x 11,264 in int8 took longer with four than
  // with two.
  const needed = Math.ceil(stepsOf(weight) / lanes);
  const spare = codes ? 4 / 3 : 1.2;
  const fits = (unroll: number): boolean => unroll <= most && Math.ceil(needed / unroll) * unroll <= needed * spare;
  return needed <= 4 && fits(4) ? '4' : fits(2) ? '2' : '1';
}

/**
 * Beside an int4 W, whose lanes read 32 elements a step, reading an input for every four outputs outweighs W: it goes through
 * shared memory, in int8 where the device multiplies bytes, else in f32 if it is normed. A row alone and beside others must have
 * its statistics from the same sums, staged or not: the more rows then go in more passes.
 */
function rowShape(args: LinearArgs, workgroupSize: number): Pick<VectorShape, 'threadRows' | 'staged'> {
  const { rows, alone, weight } = args;
  const wanted = rows === 1 ? '1' : rows === 2 ? '2' : '4';
  if (weight.format !== 'int4') return { threadRows: wanted };
  const codes = takesCodes(args);
  const fits = (threadRows: VectorShape['threadRows']): boolean =>
    (codes ? fitsCodes : fitsStaged)(args, { threadRows, workgroupSize });
  if (!codes && !fits(alone ? '1' : wanted)) return { threadRows: wanted };
  return { threadRows: fits(wanted) ? wanted : fits('2') ? '2' : '1', staged: codes ? 'int8' : 'f32' };
}

const powerBelow = (value: number): number => 2 ** Math.floor(Math.log2(Math.max(1, value)));
const clampPower = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, powerBelow(value)));

/** The rule's lanes and unrolling first, then what is beside them. */
function wideCandidates(args: LinearArgs): Candidate[] {
  if (!isWideFused(args)) return [];
  const rule = wideShape(args);
  const candidates = new Map<string, Candidate>();
  for (const times of [1, 2, 0.5]) {
    const lanes = rule.lanes * times;
    if (times !== 1 && (lanes < 8 || lanes > 256 || lanes > stepsOf(args.weight))) continue;
    for (const wanted of [4, 2, 1]) {
      // Alone, the name says what a single row gets; others beside it may have to be unrolled less.
      const named = unrollFor(args.alone ? { ...args, rows: 1 } : args, lanes, wanted);
      const unroll = unrollFor(args, lanes, Number(named));
      const shape = shapeOf(args, lanes, unroll);
      const name = `wide l${lanes} u${named}`;
      if (candidates.has(name)) continue;
      candidates.set(name, { name, calls: () => partCalls(args, (each, part) => vectorWideCall(each, part, shape)) });
    }
  }
  return [...candidates.values()];
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
