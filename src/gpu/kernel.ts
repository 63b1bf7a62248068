/**
 * A kernel's declaration: one place in TypeScript that says what its WGSL expects. A test proves that both sides agree
 * for every combination of choices (test/unit/kernelDeclarations.test.ts).
 */
export type Scalar = 'u32' | 'i32' | 'f32';
export type Access = 'read' | 'read_write';
type Named<T> = Readonly<Record<string, T>>;

/** A named alternative of some WGSL parts: a weight's format, an input's normalisation, an element type. */
export type Axis = Readonly<Record<string, readonly string[]>>;

export interface Kernel<
  B extends Named<Access> = Named<Access>,
  P extends Named<Scalar> = Named<Scalar>,
  A extends Named<Axis> = Named<Axis>,
> {
  readonly name: string;
  /** WGSL of the kernel and the libraries that every variant needs. */
  readonly wgsl: readonly string[];
  /** Alternatives; a call chooses one of each. */
  readonly axes: A;
  /** Storage bindings in the order of `@binding`; the uniform block with the params follows them. */
  readonly bindings: B;
  /** Members of the WGSL struct `Params`, in order. */
  readonly params: P;
  /** Names of the `override` constants that a call sets. */
  readonly overrides: readonly string[];
}

export const defineKernel = <const B extends Named<Access>, const P extends Named<Scalar>, const A extends Named<Axis>>(
  kernel: Kernel<B, P, A>,
): Kernel<B, P, A> => kernel;

export interface BufferSlice {
  readonly buffer: GPUBuffer;
  /** Bytes; a multiple of the device's storage offset alignment. */
  readonly offset?: number;
  /** Bytes. */
  readonly size?: number;
}
export type Grid = readonly [x: number, y: number, z: number];

/** Work done by a dispatch: for achieved GB/s and FLOP/s. */
export interface Cost {
  readonly flops: number;
  readonly bytes: number;
}

/** The cost of work that grows between recordings: asked whenever it is read. */
export const growingCost = (cost: () => Cost): Cost => ({
  get flops() {
    return cost().flops;
  },
  get bytes() {
    return cost().bytes;
  },
});

/** One dispatch, as data: nothing touches the GPU until a plan is built from it. */
export interface KernelCall {
  readonly kernel: Kernel;
  /** What this dispatch is for, as a profile shows it: `layers.3.qkv`. */
  readonly label: string;
  readonly choice: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, number>>;
  readonly buffers: Readonly<Record<string, GPUBuffer | BufferSlice>>;
  readonly params: Readonly<Record<string, number>>;
  /** Fixed, or asked anew at every recording (attention over a growing cache). */
  readonly workgroups: Grid | (() => Grid);
  readonly cost?: Cost;
  /** Where this call stands at the head of what was chosen among several ways: which, for a tuner. */
  readonly site?: Site;
}

/** One way to do what a site asks for. All of a site's candidates read and write the same. */
export interface Candidate {
  /** Kernel and shape, as a tuner remembers them: `tile 64x64t4`. Says nothing of sizes that are in the key. */
  readonly name: string;
  readonly calls: () => KernelCall[];
}

/** Rows of numbers that a site reads or writes: [rows, columns padded to 4], as many rows as the buffer has. */
export interface Operand {
  readonly buffer: GPUBuffer | BufferSlice;
  readonly element: 'f32' | 'f16';
  readonly columns: number;
}

/** Where one of several candidates is chosen. */
export interface Site {
  /** The class of sites for which one choice is made: all that decides which candidate is the fastest. */
  readonly key: string;
  /** The first is what is taken without measuring. */
  readonly candidates: readonly Candidate[];
  readonly input: Operand;
  /** What else is read that a tuner may write: keys and values. */
  readonly also?: readonly Operand[];
  readonly output: Operand;
  /** output += instead of output =. */
  readonly accumulates: boolean;
}

/** Types the call against its kernel; `label` defaults to the kernel's name. */
export function callKernel<B extends Named<Access>, P extends Named<Scalar>, A extends Named<Axis>>(
  kernel: Kernel<B, P, A>,
  call: {
    readonly label?: string;
    readonly choice: { readonly [N in keyof A]: keyof A[N] & string };
    readonly overrides?: Readonly<Record<string, number>>;
    readonly buffers: { readonly [N in keyof B]: GPUBuffer | BufferSlice };
    readonly params: { readonly [N in keyof P]: number };
    readonly workgroups: Grid | (() => Grid);
    readonly cost?: Cost;
  },
): KernelCall {
  return { ...call, kernel, label: call.label ?? kernel.name, overrides: call.overrides ?? {} };
}

/** The WGSL of one variant: directives first, as WGSL wants them, then each part once. */
export function composeWgsl(kernel: Kernel, choice: Readonly<Record<string, string>>): string {
  const chosen = Object.entries(kernel.axes).flatMap(([axis, alternatives]) => {
    const parts = alternatives[choice[axis] ?? ''];
    if (!parts) throw new RangeError(`Kernel ${kernel.name} has no ${axis} '${choice[axis]}'.`);
    return parts;
  });
  const directive = /^\s*(enable|requires|diagnostic)\b.*;\s*$/;
  const lines = [...new Set([...chosen, ...kernel.wgsl])].join('\n').split('\n');
  return [
    ...new Set(lines.filter((line) => directive.test(line))),
    ...lines.filter((line) => !directive.test(line)),
  ].join('\n');
}

/** Bytes of a kernel's uniform block: uniform structs are sized in steps of 16. */
export const paramsBytes = (kernel: Kernel): number =>
  Math.max(16, Math.ceil((Object.keys(kernel.params).length * 4) / 16) * 16);

/** Writes the params at `byteOffset` in declaration order. */
export function writeParams(
  view: DataView,
  byteOffset: number,
  kernel: Kernel,
  values: Readonly<Record<string, number>>,
): void {
  Object.entries(kernel.params).forEach(([name, type], index) => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`Kernel ${kernel.name} misses param '${name}'.`);
    const at = byteOffset + index * 4;
    if (type === 'f32') view.setFloat32(at, value, true);
    else if (type === 'i32') view.setInt32(at, value, true);
    else view.setUint32(at, value, true);
  });
}

/** A grid for `count` workgroups in one line; past 65,535 it folds into y (WGSL: `group.x + group.y * groups.x`). */
export function lineGrid(count: number): Grid {
  const limit = 65_535;
  return count <= limit ? [count, 1, 1] : [limit, Math.ceil(count / limit), 1];
}
