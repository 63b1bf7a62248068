import { describe, expect, test } from 'vitest';
import { EngineError, type EngineErrorCode } from '../../src/core/errors.ts';
import type { Engine, EngineOptions, LoadOptions, Model, VariantName } from '../../src/engine/api.ts';
import { createLocalEngine } from '../../src/engine/createLocalEngine.ts';
import { openEngine } from '../support/engine.ts';
import { testGpu, testTiers } from '../support/gpu.ts';
import { makeSafetensors, type TensorMap } from '../support/safetensors.ts';

const config = {
  architectures: ['UltraOptimizedModel'],
  hidden_size: 16,
  num_layers: 1,
  num_heads: 2,
  intermediate_size: 12,
  max_sequence_length: 8,
};

const tensors = (): TensorMap => ({
  'layers.0.self_attn.qkv_proj.weight': { shape: [48, 16] },
  'layers.0.self_attn.o_proj.weight': { shape: [16, 16] },
  'layers.0.mlp.gate_up_proj.weight': { shape: [24, 16] },
  'layers.0.mlp.down_proj.weight': { shape: [16, 12] },
  'layers.0.input_layernorm.weight': { shape: [16] },
  'layers.0.input_layernorm.bias': { shape: [16] },
  'layers.0.post_attention_layernorm.weight': { shape: [16] },
  'layers.0.post_attention_layernorm.bias': { shape: [16] },
});

const checkpoint = (weights: Uint8Array<ArrayBuffer> = makeSafetensors(tensors()), json: unknown = config): File[] => [
  new File([JSON.stringify(json)], 'config.json'),
  new File([weights], 'model.safetensors'),
];

/** Rejects with the code, a remedy in its message and nothing taken; afterwards the engine still does its work. */
async function expectRejection(
  engine: Engine,
  code: EngineErrorCode,
  names: RegExp,
  work: () => unknown,
): Promise<void> {
  const before = await engine.memory();
  const error: unknown = await (async () => work())().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  if (!(error instanceof EngineError)) return;
  expect(error.code, error.message).toBe(code);
  expect(error.message).toMatch(names);
  expect(error.message.endsWith(error.remedy) && error.remedy.length > 10, `remedy of: ${error.message}`).toBe(true);
  expect((await engine.memory()).byOwner).toEqual(before.byOwner);
  const model = await engine.load('brandkit', { source: checkpoint(), precision: 'f32' });
  const y = await model.forward(new Float32Array(32).fill(0.5), [1, 2, 16]);
  expect(y.every(Number.isFinite)).toBe(true);
  await model.dispose();
}

/** Tensors with one of them changed. */
const changed = (name: string, change: object | undefined): TensorMap => {
  const all: Record<string, object | undefined> = { ...tensors(), [name]: change && { ...tensors()[name], ...change } };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as TensorMap;
};
const qkv = 'layers.0.self_attn.qkv_proj.weight';

const whole = makeSafetensors(tensors());
const headerBytes = (json: string): Uint8Array<ArrayBuffer> => {
  const text = new TextEncoder().encode(json);
  const file = new Uint8Array(8 + text.length + 64);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
};

const tier = testTiers[0] ?? 'baseline';
const load = (engine: Engine, source: LoadOptions['source'], more: object = {}): Promise<Model> =>
  engine.load('deepseek', { source, precision: 'f32', ...more });

describe.skipIf(testTiers.length === 0)('bad checkpoints', async () => {
  const engine = await openEngine(tier);

  test.each<[string, EngineErrorCode, RegExp, File[]]>([
    ['truncated weights', 'checkpoint-truncated', /model\.safetensors/, checkpoint(whole.slice(0, whole.length - 100))],
    ['a truncated header', 'checkpoint-truncated', /model\.safetensors/, checkpoint(whole.slice(0, 40))],
    ['an empty file', 'checkpoint-truncated', /model\.safetensors/, checkpoint(new Uint8Array())],
    [
      'a header of 2^60 bytes',
      'checkpoint-header-invalid',
      /1152921504606846976/,
      checkpoint(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 16, 0, 0])),
    ],
    ['a header that is no JSON', 'checkpoint-header-invalid', /JSON/, checkpoint(headerBytes('{"a": oops}'))],
    [
      'overlapping tensors',
      'checkpoint-overlap',
      /"a" and "b"/,
      checkpoint(
        headerBytes(
          '{"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]},"b":{"dtype":"F32","shape":[12],"data_offsets":[16,64]}}',
        ),
      ),
    ],
    [
      'negative sizes',
      'checkpoint-header-invalid',
      /"?a"?/,
      checkpoint(headerBytes('{"a":{"dtype":"F32","shape":[-16],"data_offsets":[0,64]}}')),
    ],
    [
      'an unknown dtype',
      'checkpoint-dtype',
      /F99/,
      checkpoint(headerBytes('{"a":{"dtype":"F99","shape":[16],"data_offsets":[0,64]}}')),
    ],
    [
      'a dtype that weights cannot have',
      'checkpoint-dtype',
      /qkv_proj/,
      checkpoint(makeSafetensors(changed(qkv, { dtype: 'I64' }))),
    ],
    ['a missing tensor', 'tensor-missing', /qkv_proj/, checkpoint(makeSafetensors(changed(qkv, undefined)))],
    [
      'a wrong shape',
      'tensor-shape',
      /qkv_proj.*\[47, 16\].*\[48, 16\]/,
      checkpoint(makeSafetensors(changed(qkv, { shape: [47, 16] }))),
    ],
    ['no config.json', 'source-not-found', /config\.json/, checkpoint().slice(1)],
    ['no weights', 'source-not-found', /safetensors/, checkpoint().slice(0, 1)],
    [
      'a config that is no JSON',
      'config-invalid',
      /config\.json/,
      [new File(['{'], 'config.json'), ...checkpoint().slice(1)],
    ],
    [
      'an unknown architecture',
      'unknown-architecture',
      /MambaForCausalLM/,
      checkpoint(whole, { ...config, architectures: ['MambaForCausalLM'] }),
    ],
    [
      'no architecture',
      'unknown-architecture',
      /undefined/,
      checkpoint(whole, { ...config, architectures: undefined }),
    ],
    ['heads that do not divide', 'config-invalid', /num_heads/, checkpoint(whole, { ...config, num_heads: 3 })],
    [
      'a head dimension that is no multiple of 8',
      'config-invalid',
      /head dimension is 4/,
      checkpoint(whole, { ...config, num_heads: 4 }),
    ],
    [
      'a size of zero',
      'config-invalid',
      /intermediate_size is 0/,
      checkpoint(whole, { ...config, intermediate_size: 0 }),
    ],
  ])('%s', (_name, code, names, files) => expectRejection(engine, code, names, () => load(engine, files)));
});

describe.skipIf(testTiers.length === 0)('bad options', async () => {
  const engine = await openEngine(tier);

  test.each<[string, EngineErrorCode, RegExp, object]>([
    ['an unknown load option', 'unknown-option', /load has no 'precison'/, { precison: 'f16' }],
    ['an unknown precision', 'invalid-option', /precision is 'f8'/, { precision: 'f8' }],
  ])('%s', (_name, code, names, more) => expectRejection(engine, code, names, () => load(engine, checkpoint(), more)));

  test('an unknown variant', () =>
    expectRejection(engine, 'unknown-variant', /gpt/, () =>
      engine.load('gpt' as VariantName, { source: checkpoint() }),
    ));

  test.each<[string, EngineErrorCode, RegExp, EngineOptions]>([
    ['engine option', 'unknown-option', /'levle'/, { levle: 'default' } as EngineOptions],
    ['level', 'invalid-option', /level is 'fast'/, { level: 'fast' } as unknown as EngineOptions],
    ['optimization', 'unknown-option', /'turbo'/, { optimizations: { turbo: true } } as EngineOptions],
    ['feature', 'unknown-option', /'f64'/, { features: { f64: false } } as EngineOptions],
  ])('an unknown %s', (_name, code, names, options) =>
    expectRejection(engine, code, names, () =>
      createLocalEngine({ worker: false, ...(testGpu ? { gpu: testGpu } : {}), ...options }),
    ),
  );
});

describe.skipIf(testTiers.length === 0)('bad calls', async () => {
  const engine = await openEngine(tier);

  const forward = async (x: Float32Array, shape: readonly number[], options: object = {}): Promise<void> => {
    const model = await load(engine, checkpoint());
    try {
      await model.forward(x, shape as [number, number, number], options);
    } finally {
      await model.dispose();
    }
  };
  const ones = (count: number): Float32Array => new Float32Array(count).fill(1);
  test.each<[string, EngineErrorCode, RegExp, () => Promise<void>]>([
    [
      'NaN in hidden states',
      'non-finite-input',
      /hiddenStates\[0, 1, 3\] is NaN/,
      () => forward(ones(32).fill(Number.NaN, 19, 20), [1, 2, 16]),
    ],
    [
      'an infinity',
      'non-finite-input',
      /Infinity/,
      () => forward(ones(32).fill(Number.POSITIVE_INFINITY, 5, 6), [1, 2, 16]),
    ],
    ['a wrong hidden size', 'invalid-shape', /hidden size is 16/, () => forward(ones(30), [1, 2, 15])],
    ['too few values', 'invalid-shape', /31 values/, () => forward(ones(31), [1, 2, 16])],
    ['a shape of two', 'invalid-shape', /\[2, 16\]/, () => forward(ones(32), [2, 16])],
    ['a batch of none', 'invalid-shape', /\[0, 2, 16\]/, () => forward(ones(0), [0, 2, 16])],
    ['an input that is too long', 'input-too-long', /9 positions.*at most 8/, () => forward(ones(9 * 16), [1, 9, 16])],
    [
      'a mask of the wrong size',
      'mask-mismatch',
      /5 entries/,
      () => forward(ones(32), [1, 2, 16], { mask: new Uint8Array(5) }),
    ],
    [
      'a mask that does not broadcast',
      'mask-mismatch',
      /\[1, 1, 3, 2\]/,
      () => forward(ones(32), [1, 2, 16], { mask: new Uint8Array(6), maskShape: [1, 1, 3, 2] }),
    ],
    [
      'a maskShape without a mask',
      'mask-mismatch',
      /without a mask/,
      () => forward(ones(32), [1, 2, 16], { maskShape: [1, 1, 2, 2] }),
    ],
    ['an unknown forward option', 'unknown-option', /'casual'/, () => forward(ones(32), [1, 2, 16], { casual: true })],
  ])('%s', (_name, code, names, work) => expectRejection(engine, code, names, work));

  test('more memory than the budget allows, before anything is taken', async () => {
    const small = await openEngine(tier, { memoryBudgetBytes: 20_000_000 });
    await expectRejection(small, 'out-of-memory', /memoryBudgetBytes/, () =>
      small.load('brandkit', { source: { init: 'random', seed: 1 }, precision: 'f32' }),
    );
  });

  test('what is kept for other shapes gives way when the budget is short', async () => {
    // Weights of 42 MB, about 8 MB of activations for either sequence: both at once do not fit.
    const small = await openEngine(tier, { memoryBudgetBytes: 54_000_000 });
    const model = await small.load('brandkit', { source: { init: 'random', seed: 1 }, precision: 'f32' });
    const first = await model.forward(ones(512 * 512), [1, 512, 512]);
    await model.forward(ones(448 * 512), [1, 448, 512]);
    expect(await model.forward(ones(512 * 512), [1, 512, 512])).toEqual(first);
    await model.dispose();
    expect((await small.memory()).byOwner).toEqual({});
  });

  test('methods that need more than the trunk name the tensors', async () => {
    const files = checkpoint();
    const deepSeek = await engine.load('deepseek', { source: files });
    const clipper = await engine.load('viral-clipper', { source: files });
    const brandkit = await engine.load('brandkit', { source: files });
    await expectRejection(
      engine,
      'weights-missing',
      /model\.embed_tokens\.weight/,
      () => deepSeek.generate('Hello').result,
    );
    await expectRejection(engine, 'weights-missing', /lm_head\.weight/, () => deepSeek.logits([1]));
    await expectRejection(engine, 'weights-missing', /encoder\.visual_proj\.0\.weight/, async () => {
      for await (const event of clipper.clip('video.webm')) throw new Error(`unexpected ${event.type}`);
    });
    await expectRejection(engine, 'weights-missing', /consistency_head/, () => brandkit.analyze({}));
    await Promise.all([deepSeek, clipper, brandkit].map((model) => model.dispose()));
  });

  test('a disposed model', async () => {
    const model = await load(engine, checkpoint());
    await model.dispose();
    await model.dispose();
    await expectRejection(engine, 'disposed', /model was disposed/, () => model.forward(ones(32), [1, 2, 16]));
  });

  test('an aborted load and an aborted forward', async () => {
    await expectRejection(engine, 'aborted', /aborted/, () =>
      load(engine, checkpoint(), { signal: AbortSignal.abort() }),
    );
    await expectRejection(engine, 'aborted', /aborted/, () =>
      forward(ones(32), [1, 2, 16], { signal: AbortSignal.abort() }),
    );
  });
});
