import type * as Ort from 'onnxruntime-web';
import { createEngine, type DeepSeekModel, type Engine } from '../../src/index.ts';
import { peerMode, peerProblem, PeerSession, prepare, releasePrepared, tensorFloats } from './peer.ts';
import type { CaseResult, DecodeCase, Measurement, OutputError } from './protocol.ts';
import { compareOutputs, pairedSamples, timed, warmedUp } from './samples.ts';
import { precisionProblem, tolerances, weightBytesOf } from './trunkCase.ts';

/** STORAGE | COPY_SRC | COPY_DST */
const cacheUsage = 0x80 | 0x04 | 0x08;

/** A prompt of its own for each seed: none begins like another, so that no cache serves it. */
const promptIds = (length: number, vocab: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => (seed * 7919 + i * 104_729 + ((i * i) % 977)) % vocab);

/** In the bench's tokenizer, token n is the word `tn`. */
const asText = (ids: readonly number[]): string => ids.map((id) => `t${id}`).join(' ');

/** What decodes: the first token's time, and ms for each one after it. */
interface DecoderRun {
  readonly firstMs: number;
  readonly tokenMs: number;
  readonly tokens: readonly number[];
}
type Decode = (prompt: readonly number[], tokens: number) => Promise<DecoderRun>;

function halftoneDecode(model: DeepSeekModel): Decode {
  return async (prompt, count) => {
    const text = asText(prompt);
    const tokens: number[] = [];
    const start = performance.now();
    let first = start;
    for await (const { tokenId } of model.generate(text, { maxTokens: count + 1, temperature: 0 })) {
      if (tokens.length === 0) first = performance.now();
      tokens.push(tokenId);
    }
    return { firstMs: first - start, tokenMs: (performance.now() - first) / (tokens.length - 1), tokens };
  };
}

/** The decoder's graph with its cache in GPU buffers that past and present share. */
class PeerDecoder {
  readonly #peer: PeerSession;
  readonly #cache: Readonly<Record<string, Ort.Tensor>>;
  readonly #present: Readonly<Record<string, Ort.Tensor>>;
  readonly #buffers: readonly GPUBuffer[];

  private constructor(
    peer: PeerSession,
    buffers: readonly GPUBuffer[],
    tensors: readonly (readonly [name: string, tensor: Ort.Tensor])[],
  ) {
    this.#peer = peer;
    this.#buffers = buffers;
    this.#cache = Object.fromEntries(tensors.map(([name, tensor]) => [`past.${name}`, tensor]));
    this.#present = Object.fromEntries(tensors.map(([name, tensor]) => [`present.${name}`, tensor]));
  }

  static async load(
    wanted: DecodeCase,
    mode: string,
    capacity: number,
    files: readonly string[],
  ): Promise<PeerDecoder> {
    const names = Array.from({ length: wanted.layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();
    const present = Object.fromEntries(names.map((name) => [`present.${name}`, 'gpu-buffer' as const]));
    const peer = await PeerSession.load(wanted, `decoder-${wanted.network}-${capacity}`, mode, files, {
      preferredOutputLocation: { ...present, logits: 'gpu-buffer', token: 'cpu' },
      // Its shapes of scalars are worked out on the CPU; the layers stay on the GPU.
      extra: {},
    });
    const { device } = peer;
    const dims = [1, wanted.heads, capacity, wanted.headDim];
    const bytes = wanted.heads * capacity * wanted.headDim * (peer.element === 'float32' ? 4 : 2);
    const buffers = names.map(() => device.createBuffer({ size: bytes, usage: cacheUsage }));
    const tensors = names.map((name, index) => {
      const buffer = buffers[index] as GPUBuffer;
      return [name, peer.ort.Tensor.fromGpuBuffer(buffer, { dataType: peer.element, dims })] as const;
    });
    return new PeerDecoder(peer, buffers, tensors);
  }

  /** Tokens behind `position` cached ones; the most likely next token, and the logits on the GPU. */
  async step(ids: readonly number[], position: number): Promise<{ token: number; logits: Ort.Tensor }> {
    const { Tensor } = this.#peer.ort;
    const total = position + ids.length;
    const feeds = {
      input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
      seqlens_k: new Tensor('int32', Int32Array.of(total - 1), [1]),
      total_sequence_length: new Tensor('int32', Int32Array.of(total), []),
      ...this.#cache,
    };
    const { token, logits } = await this.#peer.session.run(feeds, { token: null, logits: null, ...this.#present });
    if (!token || !logits) throw new Error('The session has no outputs token and logits.');
    return { token: Number(token.data[0]), logits };
  }

  readonly decode: Decode = async (prompt, count) => {
    const start = performance.now();
    let next = await this.step(prompt, 0);
    next.logits.dispose();
    const tokens = [next.token];
    const first = performance.now();
    for (let i = 0; i < count; i++) {
      next = await this.step([next.token], prompt.length + i);
      next.logits.dispose();
      tokens.push(next.token);
    }
    return { firstMs: first - start, tokenMs: (performance.now() - first) / count, tokens };
  };

  async release(): Promise<void> {
    await this.#peer.release();
    for (const buffer of this.#buffers) buffer.destroy();
  }
}

/** Operations and bytes of one token: every weight once (of the embedding one row), and the cache. */
function tokenWork(wanted: DecodeCase, kv: number, elementBytes: number): { flops: number; bytes: number } {
  const { layers, heads, headDim, parameters, vocab, precision } = wanted;
  const hidden = heads * headDim;
  const weights = parameters - vocab * hidden;
  return {
    flops: 2 * weights + 4 * layers * kv * hidden,
    bytes: weights * weightBytesOf[precision] + 2 * layers * kv * hidden * elementBytes,
  };
}

type Times = { halftoneMs: number[]; peerMs: number[] };
const noTimes = (): Times => ({ halftoneMs: [], peerMs: [] });

/** The first decoding step behind `kv` tokens on both; how far the peer's logits are from Halftone's. */
async function stepError(
  wanted: DecodeCase,
  kv: number,
  model: DeepSeekModel,
  peer: PeerDecoder,
): Promise<OutputError> {
  const prompt = promptIds(kv, wanted.vocab, kv);
  const { token, logits } = await peer.step(prompt, 0);
  logits.dispose();
  const expected = (await model.logits([...prompt, token])).slice(-wanted.vocab);
  const next = await peer.step([token], kv);
  await next.logits.getData();
  return compareOutputs(tensorFloats(next.logits), expected);
}

/** ms a token and to the first token, behind `kv` tokens. A peer whose logits are not Halftone's gets no times. */
async function measure(
  wanted: DecodeCase,
  kv: number,
  model: DeepSeekModel,
  peer: PeerDecoder | undefined,
  elementBytes: number,
) {
  const work = tokenWork(wanted, kv, elementBytes);
  const base = { label: `${kv} tokens`, size: kv, ...noTimes(), ...work };
  const halftone = halftoneDecode(model);
  // The first run also compiles; its time tells whether the rest would take too long.
  const once = await timed(() => halftone(promptIds(kv, wanted.vocab, kv), wanted.tokens));
  if (once * wanted.runs > wanted.limitMs * 2) {
    const note = `left out: would take about ${((once * wanted.runs) / 1000).toFixed(0)} s`;
    return { token: { ...base, note }, first: { ...base, note } };
  }
  const error = peer && (await stepError(wanted, kv, model, peer));
  const agrees = error !== undefined && error.relative <= 2 * tolerances[wanted.precision];
  const note =
    error && !agrees
      ? `onnxruntime-web's logits differ by ${error.relative.toExponential(1)}: its time does not count`
      : undefined;
  const [token, first] = [noTimes(), noTimes()];
  await warmedUp([() => halftone(promptIds(kv, wanted.vocab, kv), wanted.tokens)]);
  const one = (decode: Decode, times: number[], seed: number) => async (): Promise<number> => {
    const run = await decode(promptIds(kv, wanted.vocab, seed), wanted.tokens);
    times.push(run.firstMs);
    return run.tokenMs;
  };
  for (let run = 0; run < wanted.runs; run++) {
    const seed = kv * 31 + run + 1;
    const pair = await pairedSamples(
      1,
      one(halftone, first.halftoneMs, seed),
      peer && agrees ? one(peer.decode, first.peerMs, seed) : undefined,
    );
    token.halftoneMs.push(...pair.halftoneMs);
    token.peerMs.push(...pair.peerMs);
  }
  const prefill = {
    flops: 2 * (wanted.parameters - wanted.vocab * wanted.heads * wanted.headDim) * kv,
    bytes: work.bytes,
  };
  return {
    token: { ...base, ...token, note, mismatch: note !== undefined, ...(agrees ? { error } : {}) },
    first: { ...base, ...prefill, ...first, label: `prompt of ${kv}`, note },
  };
}

async function loadHalftone(engine: Engine, wanted: DecodeCase, capacity: number): Promise<DeepSeekModel> {
  const source = new URL(`/weights/${wanted.network}/`, location.href).href;
  return engine.load('deepseek', { source, precision: wanted.precision, contextLength: capacity });
}

export async function runDecodeCase(wanted: DecodeCase): Promise<CaseResult> {
  const engine = await createEngine({ worker: false });
  let peer: PeerDecoder | undefined;
  let peerUnavailable: string | undefined = wanted.peer ? undefined : 'left out';
  const capacity = Math.max(...wanted.kv) + wanted.tokens + 8;
  try {
    const { kept } = await prepare(`weights/${wanted.network}`);
    let start = performance.now();
    const model = await loadHalftone(engine, wanted, capacity);
    const halftoneLoadMs = performance.now() - start;
    let peerLoadMs: number | undefined;
    if (wanted.peer) {
      try {
        const mode = peerMode(wanted.precision, engine.info.features.f16);
        const files = Object.keys((await prepare(`onnx/decoder-${wanted.network}-${capacity}/${mode}`)).files);
        start = performance.now();
        peer = await PeerDecoder.load(wanted, mode, capacity, files);
        peerLoadMs = performance.now() - start;
      } catch (error) {
        peerUnavailable = peerProblem(error).peerUnavailable;
      }
    }
    await releasePrepared();
    const tokens: Measurement[] = [];
    const firsts: Measurement[] = [];
    const elementBytes = wanted.precision !== 'f32' && engine.info.features.f16 ? 2 : 4;
    for (const kv of wanted.kv) {
      const { token, first } = await measure(wanted, kv, model, peer, elementBytes);
      tokens.push(token);
      firsts.push(first);
    }
    const of = `${wanted.network} ${wanted.precision}`;
    return {
      peerUnavailable,
      load: {
        halftoneLoadMs,
        peerLoadMs,
        halftoneFirstMs: firsts[0]?.halftoneMs[0],
        peerFirstMs: firsts[0]?.peerMs[0],
        prepared: kept,
      },
      sections: [
        { name: `decode, ${of}, ms a token`, measurements: tokens },
        { name: `first token, ${of}`, measurements: firsts },
      ],
    };
  } catch (error) {
    const unavailable = precisionProblem(error);
    if (unavailable === undefined) throw error;
    return { unavailable, sections: [] };
  } finally {
    await peer?.release();
    await engine.dispose();
  }
}
