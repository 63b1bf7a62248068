import decodeWgsl from '../../shaders/attention_decode.wgsl?raw';
import decodeWideWgsl from '../../shaders/attention_decode_wide.wgsl?raw';
import mergeWgsl from '../../shaders/attention_merge.wgsl?raw';
import cacheF16 from '../../shaders/lib/cache_f16.wgsl?raw';
import cacheF32 from '../../shaders/lib/cache_f32.wgsl?raw';
import eightWgsl from '../../shaders/lib/eight.wgsl?raw';
import elemF16 from '../../shaders/lib/elem_f16.wgsl?raw';
import elemF32 from '../../shaders/lib/elem_f32.wgsl?raw';
import sequencesWgsl from '../../shaders/lib/sequences.wgsl?raw';
import paramsWgsl from '../../shaders/lib/attention_params.wgsl?raw';
import splitWgsl from '../../shaders/lib/attention_split.wgsl?raw';
import sightWgsl from '../../shaders/lib/attention_sight.wgsl?raw';
import viewWgsl from '../../shaders/lib/attention_view.wgsl?raw';
import gatherWgsl from '../../shaders/lib/attention_gather.wgsl?raw';
import gatherSubgroupsWgsl from '../../shaders/lib/attention_gather_subgroups.wgsl?raw';
import keys2Wgsl from '../../shaders/lib/attention_keys_2.wgsl?raw';
import keys4Wgsl from '../../shaders/lib/attention_keys_4.wgsl?raw';
import rows1Wgsl from '../../shaders/lib/attention_rows_1.wgsl?raw';
import rows2Wgsl from '../../shaders/lib/attention_rows_2.wgsl?raw';
import rows3Wgsl from '../../shaders/lib/attention_rows_3.wgsl?raw';
import rows4Wgsl from '../../shaders/lib/attention_rows_4.wgsl?raw';
import rowResultWgsl from '../../shaders/lib/attention_row_result.wgsl?raw';
import rowPartialWgsl from '../../shaders/lib/attention_row_partial.wgsl?raw';
import invocationGroupWgsl from '../../shaders/lib/invocation.wgsl?raw';
import invocationWgsl from '../../shaders/lib/invocation_lane.wgsl?raw';
import invocationSubgroupsWgsl from '../../shaders/lib/invocation_lane_subgroups.wgsl?raw';
import { defineKernel } from '../gpu/kernel.ts';
import { elementAxis } from './wgslParts.ts';

/** Declarations of the kernels behind attention.ts. */

export const viewBindings = {
  q: 'read',
  k: 'read',
  v: 'read',
  mask: 'read',
  state: 'read',
  out: 'read_write',
} as const;
export const viewParams = {
  query_len: 'u32',
  key_len: 'u32',
  heads: 'u32',
  group: 'u32',
  scale: 'f32',
  q_start4: 'u32',
  q_batch4: 'u32',
  q_row4: 'u32',
  q_head4: 'u32',
  k_start4: 'u32',
  k_batch4: 'u32',
  k_row4: 'u32',
  k_head4: 'u32',
  v_start4: 'u32',
  v_batch4: 'u32',
  v_row4: 'u32',
  v_head4: 'u32',
  out_start4: 'u32',
  out_batch4: 'u32',
  out_row4: 'u32',
  out_head4: 'u32',
  causal: 'u32',
  has_mask: 'u32',
  mask_batch: 'u32',
  mask_head: 'u32',
  mask_row: 'u32',
  mask_key: 'u32',
  split_keys: 'u32',
  row_blocks: 'u32',
  cached: 'u32',
  zero: 'u32',
} as const;

/** Length of arrays in registers, which WGSL wants as `const`: query rows in a decoding workgroup. */
export const rowTileAxis = {
  '1': ['const ROW_TILE = 1u;'],
  '2': ['const ROW_TILE = 2u;'],
  '3': ['const ROW_TILE = 3u;'],
  '4': ['const ROW_TILE = 4u;'],
  '5': ['const ROW_TILE = 5u;'],
  '6': ['const ROW_TILE = 6u;'],
  '7': ['const ROW_TILE = 7u;'],
  '8': ['const ROW_TILE = 8u;'],
} as const;

export const attentionDecodeKernel = defineKernel({
  name: 'attention_decode',
  wgsl: [sequencesWgsl, paramsWgsl, viewWgsl, sightWgsl, decodeWgsl],
  axes: {
    element: elementAxis,
    reduce: { shared: [invocationWgsl, gatherWgsl], subgroups: [invocationSubgroupsWgsl, gatherSubgroupsWgsl] },
    rowTile: rowTileAxis,
    row: { result: [rowResultWgsl], partial: [rowPartialWgsl] },
  },
  bindings: viewBindings,
  params: viewParams,
  overrides: ['WORKGROUP_SIZE', 'HEAD_DIM4', 'COLUMNS', 'UNROLL'],
});

/** Query rows of a workgroup. */
export const wideRowsAxis = { '1': [rows1Wgsl], '2': [rows2Wgsl], '3': [rows3Wgsl], '4': [rows4Wgsl] } as const;

export const attentionDecodeWideKernel = defineKernel({
  name: 'attention_decode_wide',
  wgsl: [sequencesWgsl, paramsWgsl, splitWgsl, eightWgsl, invocationSubgroupsWgsl, decodeWideWgsl],
  axes: {
    element: { f32: [elemF32, cacheF32], f16: [elemF16, cacheF16] },
    keys: { '2': [keys2Wgsl], '4': [keys4Wgsl] },
    rows: wideRowsAxis,
    row: { result: [rowResultWgsl], partial: [rowPartialWgsl] },
  },
  bindings: viewBindings,
  params: viewParams,
  overrides: ['WORKGROUP_SIZE', 'HEAD_DIM4', 'LANES', 'SUBGROUP_MIN', 'PREFETCH', 'UNROLL', 'MOST_SPLITS'],
});

export const attentionMergeKernel = defineKernel({
  name: 'attention_merge',
  wgsl: [sequencesWgsl, splitWgsl, invocationGroupWgsl, mergeWgsl],
  axes: { element: elementAxis },
  bindings: { partial: 'read', state: 'read', out: 'read_write' },
  params: {
    query_len: 'u32',
    key_len: 'u32',
    heads: 'u32',
    batches: 'u32',
    split_keys: 'u32',
    out_start4: 'u32',
    out_batch4: 'u32',
    out_row4: 'u32',
    out_head4: 'u32',
    cached: 'u32',
  },
  overrides: ['WORKGROUP_SIZE', 'HEAD_DIM4', 'COLUMNS', 'MOST_SPLITS'],
});
