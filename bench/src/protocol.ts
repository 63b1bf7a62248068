/** What scripts/bench asks of this page, and what the page answers: raw samples, of which the script makes its tables. */

export type BenchPrecision = 'f32' | 'f16' | 'int8' | 'int4';

/** Of every case. */
interface CaseCommon {
  /** Pairs of runs behind each median. */
  readonly runs: number;
  /** A measurement that would take longer is left out and says so. */
  readonly limitMs: number;
  /** Whether onnxruntime-web takes part. */
  readonly peer: boolean;
  /** onnxruntime-web's build: how its WebAssembly waits for the GPU. */
  readonly ortBuild: 'jspi' | 'asyncify';
  /** Whether its device has subgroups: on SwiftShader its kernels with them give wrong results. */
  readonly peerSubgroups: boolean;
  /** The device's own, where they are known: for estimates. */
  readonly ceilings?: Ceilings | undefined;
}

export interface TrunkCase extends CaseCommon {
  readonly kind: 'trunk';
  readonly network: string;
  readonly variant: 'deepseek' | 'viral-clipper' | 'brandkit';
  readonly precision: BenchPrecision;
  readonly hidden: number;
  readonly parameters: number;
  readonly seqs: readonly number[];
}

export interface GrowthCase extends CaseCommon {
  readonly kind: 'growth';
  readonly network: string;
  readonly variant: TrunkCase['variant'];
  readonly precision: BenchPrecision;
  readonly hidden: number;
  readonly parameters: number;
  readonly seqs: readonly number[];
  readonly batches: readonly number[];
  /** Sequence length while the batch grows. */
  readonly batchSeq: number;
}

export interface OperationsCase extends CaseCommon {
  readonly kind: 'operations';
  readonly precision: BenchPrecision;
  /** Bytes of the vector product's weights, at least. */
  readonly vectorBytes: number;
  /** Rows, columns and depth of the matrix product are all one of these. */
  readonly productSizes: readonly number[];
  readonly attentionSeqs: readonly number[];
  /** Keys that one query reads. */
  readonly decodeKeys: readonly number[];
}

export interface DecodeCase extends CaseCommon {
  readonly kind: 'decode';
  readonly network: string;
  readonly precision: BenchPrecision;
  readonly parameters: number;
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly vocab: number;
  /** Tokens in the cache before the first measured one. */
  readonly kv: readonly number[];
  /** Tokens decoded for one sample. */
  readonly tokens: number;
}

/** One row through a published trunk with seeded weights, one forward at a time. */
export interface LatencyCase extends CaseCommon {
  readonly kind: 'latency';
  readonly network: string;
  readonly variant: TrunkCase['variant'];
  readonly precision: BenchPrecision;
  readonly hidden: number;
  readonly parameters: number;
}

export interface CeilingsCase extends CaseCommon {
  readonly kind: 'ceilings';
}

export type BenchCase = TrunkCase | GrowthCase | OperationsCase | DecodeCase | LatencyCase | CeilingsCase;

/** Rates that a plain kernel reaches on this device. */
export interface Ceilings {
  /** Bytes a second of reading memory once. */
  readonly streamBytes: number;
  /** Floating-point operations a second of multiply-adds in registers. */
  readonly fmaF32: number;
  /** undefined where the device has no f16. */
  readonly fmaF16: number | undefined;
  /** GPU time of a dispatch that reads what the one before wrote, in one pass (without timestamps: time until it is done). */
  readonly dispatchMs: number;
}

export interface OutputError {
  /** √Σ(a − b)² / √Σb² */
  readonly relative: number;
  /** max |a − b| / max |b| */
  readonly worst: number;
}

/** One line of a table. Times are single samples in ms, in the order in which they were taken. */
export interface Measurement {
  /** `seq 128`, `kv 4096`. */
  readonly label: string;
  /** The size by which it is looked up again. */
  readonly size: number;
  readonly halftoneMs: readonly number[];
  readonly peerMs: readonly number[];
  /** Halftone's time for one of several asked for at once: what the wait for a single result hides. */
  readonly overlappedMs?: readonly number[] | undefined;
  /** The same by the GPU's own clock: without a browser's recording and the wait. Absent where there is none. */
  readonly gpuMs?: readonly number[] | undefined;
  readonly error?: OutputError | undefined;
  /** Work of one sample, counted from the network: floating-point operations, and bytes that must be read. */
  readonly flops: number;
  readonly bytes: number;
  /** Why it was not measured, or not beside the peer. */
  readonly note?: string | undefined;
  /** The outputs differ: there are no times, and the case fails. */
  readonly mismatch?: boolean | undefined;
  /** GPU memory that Halftone's ledger holds meanwhile, of which activations. */
  readonly memoryBytes?: number | undefined;
}

export interface LoadTimes {
  readonly halftoneLoadMs?: number | undefined;
  readonly peerLoadMs?: number | undefined;
  /** First forward or first token behind the load, compilation included. */
  readonly halftoneFirstMs?: number | undefined;
  readonly peerFirstMs?: number | undefined;
  /** Whether the files were made before the load, or while it waited. */
  readonly prepared: boolean;
}

export interface CaseResult {
  /** What kept the whole case from running; then the rest is empty. */
  readonly unavailable?: string | undefined;
  readonly peerUnavailable?: string | undefined;
  readonly load?: LoadTimes | undefined;
  readonly ceilings?: Ceilings | undefined;
  readonly sections: readonly { readonly name: string; readonly measurements: readonly Measurement[] }[];
}

export interface AdapterReport {
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
  };
  readonly software: boolean;
  readonly features: Readonly<Record<string, boolean>>;
  readonly tier: string;
  readonly userAgent: string;
}

/** `window.halftoneBench` */
export interface HalftoneBench {
  describe(): Promise<AdapterReport>;
  run(benchCase: BenchCase): Promise<CaseResult>;
}
