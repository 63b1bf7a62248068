// ONNX models as bytes: the messages of onnx.proto (https://github.com/onnx/onnx, IR version 10) that a graph needs.
import protobuf from 'protobufjs';

const { root } = protobuf.parse(
  `
syntax = "proto3";
message Model { int64 ir_version = 1; string producer_name = 2; Graph graph = 7; repeated OperatorSet opset_import = 8; }
message OperatorSet { string domain = 1; int64 version = 2; }
message Graph {
  repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated ValueInfo input = 11; repeated ValueInfo output = 12;
}
message Node {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated Attribute attribute = 5; string domain = 7;
}
message Attribute { string name = 1; float f = 2; int64 i = 3; bytes s = 4; int32 type = 20; }
message Tensor {
  repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; repeated Entry external_data = 13; int32 data_location = 14;
}
message Entry { string key = 1; string value = 2; }
message ValueInfo { string name = 1; Type type = 2; }
message Type { TensorType tensor_type = 1; }
message TensorType { int32 elem_type = 1; Shape shape = 2; }
message Shape { repeated Dimension dim = 1; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
`,
  { keepCase: true },
);
const Model = root.lookupType('Model');

/** TensorProto.DataType */
export const dataTypes = Object.freeze({ float: 1, uint8: 2, int32: 6, int64: 7, float16: 10 });
const attributeTypes = Object.freeze({ float: 1, int: 2, string: 3 });
const externalLocation = 1;

/** @typedef {keyof typeof dataTypes} DataType */

/** A graph as it is put together. */
export class GraphBuilder {
  #nodes = /** @type {object[]} */ ([]);
  #initializers = /** @type {object[]} */ ([]);
  #inputs = /** @type {object[]} */ ([]);
  #outputs = /** @type {object[]} */ ([]);

  /**
   * Adds a node and returns its first output's name.
   * @param {string} op `com.microsoft:Name` or a name of the standard operators
   * @param {readonly string[]} input '' where an optional one is left out
   * @param {readonly string[]} output
   * @param {Readonly<Record<string, number | string>>} [attributes] names that end in '!' are floats, other numbers integers
   */
  node(op, input, output, attributes = {}) {
    const [name = op, domain = ''] = op.split(':').toReversed();
    const attribute = Object.entries(attributes).map(([key, value]) => {
      if (typeof value === 'string')
        return { name: key, s: new TextEncoder().encode(value), type: attributeTypes.string };
      if (key.endsWith('!')) return { name: key.slice(0, -1), f: value, type: attributeTypes.float };
      return { name: key, i: value, type: attributeTypes.int };
    });
    this.#nodes.push({ op_type: name, domain, name: output[0], input, output, attribute });
    return output[0] ?? '';
  }

  /** A small constant inside the model. @param {string} name @param {DataType} type @param {readonly number[]} dims @param {Uint8Array} data */
  constant(name, type, dims, data) {
    this.#initializers.push({ name, data_type: dataTypes[type], dims, raw_data: data });
    return name;
  }

  /**
   * A tensor in a file beside the model.
   * @param {string} name @param {DataType} type @param {readonly number[]} dims
   * @param {{ location: string, offset: number, length: number }} place
   */
  external(name, type, dims, place) {
    const external_data = Object.entries(place).map(([key, value]) => ({ key, value: String(value) }));
    this.#initializers.push({ name, data_type: dataTypes[type], dims, external_data, data_location: externalLocation });
    return name;
  }

  /** @param {string} name @param {DataType} type @param {readonly (number | string)[]} dims */
  input(name, type, dims) {
    this.#inputs.push(valueInfo(name, type, dims));
    return name;
  }

  /** @param {string} name @param {DataType} type @param {readonly (number | string)[]} dims */
  output(name, type, dims) {
    this.#outputs.push(valueInfo(name, type, dims));
  }

  /** The model's bytes. @param {string} name @returns {Uint8Array} */
  encode(name) {
    const graph = {
      name,
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    };
    const opset_import = [
      { domain: '', version: 20 },
      { domain: 'com.microsoft', version: 1 },
    ];
    return Model.encode(
      Model.create({ ir_version: 10, producer_name: 'halftone-bench', graph, opset_import }),
    ).finish();
  }
}

/** @param {string} name @param {DataType} type @param {readonly (number | string)[]} dims */
function valueInfo(name, type, dims) {
  const dim = dims.map((size) => (typeof size === 'string' ? { dim_param: size } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: dataTypes[type], shape: { dim } } } };
}

/** Reads a model back, as plain objects. @param {Uint8Array} bytes */
export const decodeModel = (bytes) => Model.toObject(Model.decode(bytes), { longs: Number, defaults: true });
