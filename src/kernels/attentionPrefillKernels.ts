import directWgsl from '../../shaders/attention_direct.wgsl?raw';
import prefillWgsl from '../../shaders/attention_prefill.wgsl?raw';
import tiledWgsl from '../../shaders/attention_tiled.wgsl?raw';
import rowPartialWgsl from '../../shaders/lib/attention_row_partial.wgsl?raw';
import rowReduceWgsl from '../../shaders/lib/attention_row_reduce.wgsl?raw';
import rowReduceSubgroupsWgsl from '../../shaders/lib/attention_row_reduce_subgroups.wgsl?raw';
import rowResultWgsl from '../../shaders/lib/attention_row_result.wgsl?raw';
import paramsWgsl from '../../shaders/lib/attention_params.wgsl?raw';
import sightWgsl from '../../shaders/lib/attention_sight.wgsl?raw';
import viewWgsl from '../../shaders/lib/attention_view.wgsl?raw';
import invocationWgsl from '../../shaders/lib/invocation_lane.wgsl?raw';
import invocationSubgroupsWgsl from '../../shaders/lib/invocation_lane_subgroups.wgsl?raw';
import sequencesWgsl from '../../shaders/lib/sequences.wgsl?raw';
import { defineKernel } from '../gpu/kernel.ts';
import { viewBindings, viewParams } from './attentionKernels.ts';
import { elementAxis } from './wgslParts.ts';

/** Declarations of the kernels behind attentionPrefill.ts. */

const reduceAxis = {
  shared: [invocationWgsl, rowReduceWgsl],
  subgroups: [invocationSubgroupsWgsl, rowReduceSubgroupsWgsl],
} as const;

/** For CPU adapters without quads, and where attention_prefill is avoided: few indexed registers, loops of unknown length. */
export const attentionTiledKernel = defineKernel({
  name: 'attention_tiled',
  wgsl: [sequencesWgsl, paramsWgsl, viewWgsl, sightWgsl, tiledWgsl],
  axes: {
    element: elementAxis,
    reduce: reduceAxis,
  },
  bindings: viewBindings,
  params: viewParams,
  overrides: ['WORKGROUP_SIZE', 'HEAD_DIM4', 'DEPTH4', 'VALUE_KEYS', 'STAGING', 'UNROLL'],
});

/** How attention_prefill cuts its work: lengths of register arrays and tiles, which WGSL wants as `const`. */
const shapeAxes = {
  rowThreads: {
    '4': ['const ROW_THREADS = 4u;'],
    '8': ['const ROW_THREADS = 8u;'],
    '16': ['const ROW_THREADS = 16u;'],
  },
  columnThreads: { '8': ['const COLUMN_THREADS = 8u;'], '16': ['const COLUMN_THREADS = 16u;'] },
  threadRows: {
    '1': ['const THREAD_ROWS = 1u;'],
    '2': ['const THREAD_ROWS = 2u;'],
    '4': ['const THREAD_ROWS = 4u;'],
  },
  keyVecs: { '1': ['const KEY_VECS = 1u;'], '2': ['const KEY_VECS = 2u;'] },
  depth4: { '2': ['const DEPTH4 = 2u;'], '4': ['const DEPTH4 = 4u;'], '8': ['const DEPTH4 = 8u;'] },
  valueSteps: {
    '1': ['const VALUE_STEPS = 1u;'],
    '2': ['const VALUE_STEPS = 2u;'],
    '4': ['const VALUE_STEPS = 4u;'],
  },
  stages: { '1': ['const STAGES = 1u;'], '2': ['const STAGES = 2u;'] },
} as const;

export type PrefillShape = { readonly [N in keyof typeof shapeAxes]: keyof (typeof shapeAxes)[N] };

/** vec4s of the output's columns in one invocation. */
export const laneVecsAxis = {
  '1': ['const LANE_VECS = 1u;'],
  '2': ['const LANE_VECS = 2u;'],
  '3': ['const LANE_VECS = 3u;'],
  '4': ['const LANE_VECS = 4u;'],
  '5': ['const LANE_VECS = 5u;'],
  '6': ['const LANE_VECS = 6u;'],
  '7': ['const LANE_VECS = 7u;'],
  '8': ['const LANE_VECS = 8u;'],
} as const;

export const attentionPrefillKernel = defineKernel({
  name: 'attention_prefill',
  wgsl: [sequencesWgsl, paramsWgsl, viewWgsl, sightWgsl, prefillWgsl],
  axes: {
    element: elementAxis,
    reduce: reduceAxis,
    row: { result: [rowResultWgsl], partial: [rowPartialWgsl] },
    laneVecs: laneVecsAxis,
    ...shapeAxes,
  },
  bindings: viewBindings,
  params: viewParams,
  overrides: ['HEAD_DIM4'],
});

/** For CPU adapters with quads: no barrier, no indexed register. */
export const attentionDirectKernel = defineKernel({
  name: 'attention_direct',
  wgsl: [sequencesWgsl, paramsWgsl, viewWgsl, sightWgsl, invocationSubgroupsWgsl, directWgsl],
  axes: { element: elementAxis },
  bindings: viewBindings,
  params: viewParams,
  overrides: ['WORKGROUP_SIZE', 'HEAD_DIM4', 'UNROLL'],
});
