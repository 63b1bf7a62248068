// The tensor that a weight is made of: a piece of a checkpoint as its bytes are in the file, or seeded numbers.
// source: u32 words of [rows, columns] elements (F32, F16 or BF16). Row r of the tensor goes to the weight's row
// r / block * block_stride + r % block + row_offset: that interleaves gate and up rows.
// Seeded: constant plus uniform in ±bound by a counter-based hash of (column, row, seed), so every precision, padding and
// interleaving gets the same numbers. pcg3d after Jarzynski and Olano, 'Hash Functions for GPU Rendering', JCGT 9(3), 2020.
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

// Four elements from `column` on; those past the row's end are zero.
fn load_source4(row: u32, column: u32) -> vec4f {
  var value = vec4f();
  for (var i = 0u; i < 4u; i++) {
    if (column + i < params.columns) { value[i] = load_source(row, column + i); }
  }
  return value;
}

fn target_row(row: u32) -> u32 {
  let tensor_row = params.first_row + row;
  return tensor_row / params.block * params.block_stride + tensor_row % params.block + params.row_offset;
}
