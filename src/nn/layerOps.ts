import type { ElementType } from '../core/dtype.ts';
import { elementBytes } from '../core/dtype.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall } from '../gpu/kernel.ts';
import { linear } from '../kernels/chooseLinear.ts';
import type { Activation, NormWeight } from '../kernels/linear.ts';
import { codesBytes, linearInt8, type QuantizedInput, scalesBytes, usesInt8Input } from '../kernels/linearInt8.ts';
import { norm } from '../kernels/norm.ts';
import type { LinearWeight } from '../kernels/weight.ts';

/** What the layers of one plan have in common. */
export interface LayerContext {
  readonly gpu: GpuContext;
  /** Of activations between kernels; the residual stream is f32. */
  readonly element: ElementType;
  readonly rows: number;
  /** norm(x) of an unfused norm: [rows, hidden padded to 4]. */
  readonly normed: GPUBuffer;
  /** The ultraFusion flag. */
  readonly fusion: boolean;
  /**
   * One row of each of several sequences: every row is computed as it would be alone, whatever their number, so that
   * nobody's answer depends on who else asks.
   */
  readonly decode?: boolean;
  /** Room for a product's input in int8, for any of the layers' products; none: inputs stay what they are. */
  readonly int8Input?: QuantizedInput | undefined;
}

/** y = epilogue(norm(x) · Wᵀ) from the residual stream: one kernel where that is faster and allowed, else two. */
export function normLinear(
  context: LayerContext,
  args: {
    readonly label: string;
    readonly x: GPUBuffer;
    readonly norm: NormWeight;
    readonly weight: LinearWeight;
    readonly bias?: GPUBuffer | undefined;
    readonly activation?: Activation;
    readonly y: GPUBuffer;
    /** Default: the context's. */
    readonly yElement?: ElementType;
    readonly rows?: number;
    readonly firstRow?: number;
    /** Keeps the input from being quantised. */
    readonly exactInput?: boolean;
  },
): KernelCall[] {
  const { gpu, element, normed } = context;
  const rows = args.rows ?? context.rows;
  const shared = { ...args, ...commonOf(context), yElement: args.yElement ?? element, rows };
  const scratch = args.exactInput ? undefined : int8InputFor(context, args.weight, rows);
  // Quantising goes over whole rows, as the norm does: there it costs nothing to be fused.
  if (scratch && context.fusion) return linearInt8({ ...shared, xElement: 'f32', scratch });
  if (context.fusion) return linear({ ...shared, xElement: 'f32', normed: { buffer: normed, element } });
  const plain = { ...shared, x: normed, xElement: element, norm: undefined, firstRow: 0 };
  return [
    norm({
      label: `${args.label}.norm`,
      device: gpu.info,
      x: args.x,
      y: normed,
      weight: args.norm,
      element,
      rows,
      dim: args.weight.inDim,
      firstRow: args.firstRow ?? 0,
    }),
    ...(scratch ? linearInt8({ ...plain, scratch }) : linear(plain)),
  ];
}

const commonOf = ({ gpu, decode }: LayerContext) => ({
  device: gpu.info,
  choices: gpu.choices,
  alone: decode,
  none: gpu.none,
});

/** The scratch of a product that takes its input in int8. */
const int8InputFor = (context: LayerContext, weight: LinearWeight, rows: number): QuantizedInput | undefined =>
  !context.decode && usesInt8Input(rows, weight, context.gpu.info) ? context.int8Input : undefined;

/** x += input · Wᵀ (+ bias), into the f32 residual stream. */
export function residualLinear(
  context: LayerContext,
  args: {
    readonly label: string;
    readonly input: GPUBuffer;
    readonly weight: LinearWeight;
    readonly bias?: GPUBuffer | undefined;
    readonly x: GPUBuffer;
  },
): KernelCall[] {
  const { element, rows } = context;
  const product = {
    ...commonOf(context),
    label: args.label,
    x: args.input,
    xElement: element,
    weight: args.weight,
    bias: args.bias,
    y: args.x,
    yElement: 'f32',
    residual: true,
    rows,
  } as const;
  const scratch = int8InputFor(context, args.weight, rows);
  return scratch ? linearInt8({ ...product, scratch }) : linear(product);
}

/** Buffers for activations that live as long as a plan. */
export class Activations {
  readonly #gpu: GpuContext;
  readonly #buffers: GPUBuffer[] = [];

  constructor(gpu: GpuContext) {
    this.#gpu = gpu;
  }

  /** [rows, columns padded to 4]. */
  async matrix(label: string, rows: number, columns: number, element: ElementType): Promise<GPUBuffer> {
    return this.bytes(label, rows * Math.ceil(columns / 4) * 4 * elementBytes[element]);
  }

  /** Room for any of `rows` rows of up to `widest` columns in int8. */
  async int8Input(rows: number, widest: number): Promise<QuantizedInput> {
    return {
      codes: await this.bytes('input codes', codesBytes(rows, widest)),
      scales: await this.bytes('input scales', scalesBytes(rows, widest)),
    };
  }

  async bytes(label: string, bytes: number): Promise<GPUBuffer> {
    const buffer = await this.#gpu.pool.acquire({ bytes, owner: 'activations', label });
    this.#buffers.push(buffer);
    return buffer;
  }

  release(): void {
    for (const buffer of this.#buffers.splice(0)) this.#gpu.pool.release(buffer);
  }
}
