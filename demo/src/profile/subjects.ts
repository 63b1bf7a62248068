import type {
  BrandkitModel,
  DeepSeekModel,
  LoadOptions,
  Precision,
  VariantName,
  ViralClipperModel,
} from '../../../src/index.ts';
import type { ModelChoice } from '../chatModel.ts';
import type { EngineHost } from '../engineHost.ts';

export type AnyModel = DeepSeekModel | ViralClipperModel | BrandkitModel;
type Wanted = Pick<LoadOptions, 'signal' | 'onProgress'>;

const random = { init: 'random', seed: 1 } as const;

/** What can be profiled beside the chat's model. */
const others = {
  'clipper-sample': {
    variant: 'viral-clipper',
    source: './models/viral-clipper/',
    label: 'ViralClipper: the page’s own',
  },
  'brand-sample': { variant: 'brandkit', source: './models/brandkit/', label: 'Brandkit: the page’s own' },
  brandkit: { variant: 'brandkit', source: random, label: 'Brandkit as published, 10 M, random weights' },
  'viral-clipper': {
    variant: 'viral-clipper',
    source: random,
    label: 'ViralClipper as published, 25 M, random weights',
  },
  deepseek: { variant: 'deepseek', source: random, label: 'DeepSeek as published, 810 M, random weights' },
} as const;

export type SubjectName = 'chat' | keyof typeof others;

export const subjectLabels: readonly (readonly [SubjectName, string])[] = [
  ['chat', 'DeepSeek: the chat’s model'],
  ...Object.entries(others).map(([name, { label }]) => [name as SubjectName, label] as const),
];

export const subjectNames = subjectLabels.map(([name]) => name);

/** How an engine loads the subject. */
export interface SubjectSource {
  readonly variant: VariantName;
  readonly load: Pick<LoadOptions, 'source' | 'precision'>;
}

/** The chat's model, if there is one. */
export type ChatSource = () => { readonly model: DeepSeekModel; readonly choice: ModelChoice } | undefined;

/** Models to profile: the chat's, which it keeps, or one of the panel's own, of which it keeps the last. */
export class Subjects {
  readonly #host: EngineHost;
  readonly #chat: ChatSource;
  #kept: { readonly key: string; readonly model: AnyModel } | undefined;

  constructor(host: EngineHost, chat: ChatSource) {
    this.#host = host;
    this.#chat = chat;
  }

  source(name: SubjectName, precision: Precision): SubjectSource {
    if (name !== 'chat') return { variant: others[name].variant, load: { source: others[name].source, precision } };
    const chat = this.#chat();
    if (!chat) throw new Error('The chat has no model yet: wait until it is loaded.');
    return { variant: 'deepseek', load: { source: chat.choice.source, precision: chat.model.precision } };
  }

  async model(name: SubjectName, precision: Precision, options: Wanted): Promise<AnyModel> {
    const chat = this.#chat();
    if (name === 'chat' && chat) return chat.model;
    const { variant, load } = this.source(name, precision);
    const key = `${name} ${precision}`;
    if (this.#kept?.key === key) return this.#kept.model;
    await this.free();
    const engine = await this.#host.engine();
    const model = await engine.load(variant, { ...load, ...options });
    this.#kept = { key, model };
    return model;
  }

  /** Whether the panel has a model of its own. */
  get keepsOne(): boolean {
    return this.#kept !== undefined;
  }

  /** Gives up the panel's own model. */
  async free(): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    await kept?.model.dispose();
  }
}
