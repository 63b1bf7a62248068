// Where attention's tensors lie, for kernels that read four elements at once. Which key a query may see: attention_sight.wgsl.
// q: [batch, query_len, heads, headDim]   k, v: [batch or slot, keys, kv_heads, headDim]   strides and starts in vec4s.
// mask: bytes packed in u32 words, 1 = attend, strides in bytes (0 where broadcast).   state: lib/sequences.wgsl, keys already cached.

@group(0) @binding(0) var<storage, read> q: array<Elem4>;
@group(0) @binding(1) var<storage, read> k: array<Elem4>;
@group(0) @binding(2) var<storage, read> v: array<Elem4>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
