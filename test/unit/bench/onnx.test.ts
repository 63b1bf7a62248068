import { describe, expect, it } from 'vitest';
import { graphFiles } from '../../../scripts/bench/onnxGraphs.mjs';
import { modeOf } from '../../../scripts/bench/onnxNetwork.mjs';
import { dataTypes, decodeModel } from '../../../scripts/bench/onnxProto.mjs';

interface DecodedTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data_type: number;
  readonly raw_data: Uint8Array;
  readonly external_data: readonly { readonly key: string; readonly value: string }[];
}
interface DecodedNode {
  readonly op_type: string;
  readonly domain: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
}

const elementBytes: Readonly<Record<number, number>> = {
  [dataTypes.float]: 4,
  [dataTypes.float16]: 2,
  [dataTypes.uint8]: 1,
  [dataTypes.int64]: 8,
};

function read(graph: string, mode: string) {
  const files = graphFiles(graph, mode);
  const { graph: decoded } = decodeModel(files.get('model.onnx')?.read() ?? new Uint8Array());
  return { files, nodes: decoded.node as DecodedNode[], initializers: decoded.initializer as DecodedTensor[], decoded };
}

const graphs = ['trunk-tiny', 'decoder-tiny-lm-64', 'products-64-2-3', 'attention-64-4-2', 'caches-64-4-32-2'];
const modes = ['f32', 'f16', 'int8', 'int4', 'int8-f32', 'int4-f32'];

describe.each(graphs)('the graph %s', (name) => {
  it.each(modes)('in %s names every input before it is used', (mode) => {
    const { nodes, initializers, decoded } = read(name, mode);
    const known = new Set([
      '',
      ...initializers.map((one) => one.name),
      ...decoded.input.map((one: { name: string }) => one.name),
    ]);
    for (const { input, output } of nodes) {
      for (const used of input) expect(known).toContain(used);
      for (const made of output.filter((one) => one !== '')) {
        expect(known).not.toContain(made);
        known.add(made);
      }
    }
    for (const { name: output } of decoded.output) expect(known).toContain(output);
  });

  it.each(modes)('in %s has data of every tensor, in its bounds and without overlap', (mode) => {
    const { files, initializers } = read(name, mode);
    const ends = new Map<string, number>();
    for (const { dims, data_type: type, raw_data: raw, external_data: external } of initializers) {
      const bytes = dims.reduce((product, size) => product * size, 1) * (elementBytes[type] ?? 0);
      if (external.length === 0) {
        expect(raw.length).toBe(bytes);
        continue;
      }
      const { location = '', offset, length } = Object.fromEntries(external.map(({ key, value }) => [key, value]));
      expect(Number(length)).toBe(bytes);
      expect(Number(offset)).toBeGreaterThanOrEqual(ends.get(location) ?? 0);
      ends.set(location, Number(offset) + bytes);
      expect(files.get(location)?.bytes).toBeGreaterThanOrEqual(Number(offset) + bytes);
    }
  });
});

describe('the trunk as a graph', () => {
  it("uses the peer's fused operators", () => {
    const { nodes } = read('trunk-tiny', 'int4');
    const count = (op: string, domain: string): number =>
      nodes.filter((node) => node.op_type === op && node.domain === domain).length;
    expect(count('MatMulNBits', 'com.microsoft')).toBe(2 * 7);
    expect(count('MultiHeadAttention', 'com.microsoft')).toBe(2);
    expect(count('SkipLayerNormalization', 'com.microsoft')).toBe(3);
    expect(count('QuickGelu', 'com.microsoft')).toBe(2);
    expect(count('MatMul', '')).toBe(0);
  });

  it('refuses names that it does not know', () => {
    expect(() => modeOf('int2')).toThrow('int2');
    expect(() => graphFiles('loop-1', 'f32')).toThrow('loop-1');
  });
});
