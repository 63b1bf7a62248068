import { EngineError } from '../core/errors.ts';
import type { Activation } from '../kernels/linear.ts';
import { parseRope, type RopeConfig } from './rope.ts';
import { checkHeadDim, configError, positiveInteger, positiveNumber } from './trunkConfig.ts';

/** A decoder of the Llama family, as a checkpoint's config.json describes it. */
export interface DecoderConfig {
  readonly architecture: (typeof decoderArchitectures)[number];
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly intermediate: number;
  readonly vocab: number;
  readonly maxSeq: number;
  readonly normEps: number;
  readonly activation: Activation;
  readonly rope: RopeConfig;
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  /** RMSNorm of each head of q and k. */
  readonly qkNorm: boolean;
  /** The head's matrix is the embedding's. */
  readonly tiedEmbeddings: boolean;
}

export const decoderArchitectures = ['LlamaForCausalLM', 'Qwen2ForCausalLM', 'Qwen3ForCausalLM'] as const;

const activations: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  relu: 'relu',
};

type Json = Readonly<Record<string, unknown>>;

/** @throws EngineError config-invalid, not-supported */
export function parseDecoderConfig(json: Json, architecture: DecoderConfig['architecture']): DecoderConfig {
  const hidden = positiveInteger(json, ['hidden_size']);
  const heads = positiveInteger(json, ['num_attention_heads']);
  const kvHeads = positiveInteger(json, ['num_key_value_heads'], heads);
  if (heads % kvHeads !== 0)
    throw configError(`${heads} heads do not share ${kvHeads} key-value heads evenly`, 'Correct one of them.');
  const headDim = positiveInteger(json, ['head_dim'], hidden / heads);
  checkHeadDim(headDim);
  if (json['use_sliding_window'] === true) {
    throw new EngineError(
      'not-supported',
      'config.json turns sliding-window attention on.',
      'Use a checkpoint with full attention.',
    );
  }
  const name = json['hidden_act'] ?? 'silu';
  const activation = typeof name === 'string' ? activations[name] : undefined;
  if (!activation)
    throw configError(
      `hidden_act ${JSON.stringify(json['hidden_act'])} is unknown`,
      `Known: ${Object.keys(activations).join(', ')}.`,
    );
  const trainedSeq = positiveInteger(json, ['max_position_embeddings'], 2048);
  const rope = parseRope(json, headDim, trainedSeq);
  const attentionBias = json['attention_bias'] === true;
  return {
    architecture,
    hidden,
    layers: positiveInteger(json, ['num_hidden_layers']),
    heads,
    kvHeads,
    headDim,
    intermediate: positiveInteger(json, ['intermediate_size']),
    vocab: positiveInteger(json, ['vocab_size']),
    // Dynamic scaling is there to go beyond what the checkpoint was trained on.
    maxSeq: rope.scaling.kind === 'dynamic' ? Math.floor(trainedSeq * rope.scaling.factor) : trainedSeq,
    normEps: positiveNumber(json, 'rms_norm_eps', 1e-6),
    activation,
    rope,
    // Qwen2 always has a bias on q, k and v and none on the output.
    qkvBias: architecture === 'Qwen2ForCausalLM' || attentionBias,
    outputBias: architecture !== 'Qwen2ForCausalLM' && attentionBias,
    mlpBias: json['mlp_bias'] === true,
    qkNorm: architecture === 'Qwen3ForCausalLM',
    tiedEmbeddings: json['tie_word_embeddings'] === true,
  };
}
