// A piece of a checkpoint's tensor, as its bytes are in the file, becomes rows of a weight; or a seeded one does.
// source: u32 words of [rows, columns] elements (F32, F16 or BF16)   weight: [.., in4] of vec4, f32 or f16
// One invocation makes one vec4 of the weight; columns past the source's are zero. Row r goes to
// (first_row + r) / block * block_stride + (first_row + r) % block + row_offset: that interleaves gate and up rows.
// f16 is written as packed words, the same bytes on devices with and without shader-f16.
// Seeded: constant plus uniform in ±bound by a counter-based hash of (column, row, seed), so every precision, padding and
// interleaving gets the same numbers. pcg3d after Jarzynski and Olano, 'Hash Functions for GPU Rendering', JCGT 9(3), 2020.
override WORKGROUP_SIZE: u32 = 64u;
override SOURCE: u32 = 0u;  // 0 F32, 1 F16, 2 BF16, 3 seeded

struct Params {
  rows: u32,          // in this piece
  columns: u32,       // elements in a row of the source
  in4: u32,           // vec4s in a row of the weight
  first_row: u32,     // of the tensor, where this piece begins
  block: u32,
  block_stride: u32,
  row_offset: u32,
  source_row: u32,    // row of `source` where this piece begins
  seed: u32,
  bound: f32,
  constant: f32,
}
@group(0) @binding(0) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn seeded(row: u32, column: u32) -> f32 {
  var v = vec3u(column, row, params.seed) * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z;
  // 24 bits: exact in f32 and strictly inside ±bound.
  return (f32(v.x >> 8u) + 0.5) * (2.0 / 16777216.0) * params.bound - params.bound + params.constant;
}

fn load_source(row: u32, column: u32) -> f32 {
  if (SOURCE == 3u) { return seeded(params.first_row + row, column); }
  let index = (params.source_row + row) * params.columns + column;
  if (SOURCE == 0u) { return bitcast<f32>(source[index]); }
  let half = (source[index / 2u] >> ((index % 2u) * 16u)) & 0xffffu;
  if (SOURCE == 1u) { return unpack2x16float(half).x; }
  return bitcast<f32>(half << 16u);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let index = (at.group.x + at.group.y * at.groups.x) * WORKGROUP_SIZE + at.lane;
  let row = index / params.in4;
  if (row >= params.rows) { return; }
  let column = (index % params.in4) * 4u;
  var value = vec4f();
  for (var i = 0u; i < 4u; i++) {
    if (column + i < params.columns) { value[i] = load_source(row, column + i); }
  }
  let target_row = (params.first_row + row) / params.block * params.block_stride + (params.first_row + row) % params.block + params.row_offset;
  store_weight4(target_row * params.in4 + index % params.in4, value);
}
