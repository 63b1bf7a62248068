import { encodeVideo } from '../../scripts/train/clips/generator/encodeVideo.ts';
import type { Domain, VideoPlan } from '../../scripts/train/clips/generator/plan.ts';
import { toVtt } from '../../scripts/train/clips/generator/planCaptions.ts';
import { planVideo } from '../../scripts/train/clips/generator/planVideo.ts';
import { planSample } from '../../scripts/train/clips/generator/samplePlan.ts';
import {
  createEngine,
  type ClipOptions,
  type Precision,
  type TimeRange,
  type ViralClipperModel,
} from '../../src/index.ts';
import { StepReader } from '../../src/media/index.ts';
import { toBase64 } from './toBase64.ts';

export interface GeneratedVideo {
  readonly plan: VideoPlan;
  readonly extension: string;
  readonly videoCodec: string;
  /** The file in base64. */
  readonly video: string;
  readonly vtt: string | undefined;
}

export interface GeneratedFeatures {
  readonly plan: VideoPlan;
  readonly videoCodec: string;
  /** f32 [steps, 3392] in base64: visual [2048], audio [512], text [768], engagement [64]. */
  readonly features: string;
}

export interface Clipped {
  readonly found: readonly TimeRange[];
  /** One value a step. */
  readonly virality: readonly number[];
  readonly stepSeconds: number;
}

/** What scripts ask of this page: `window.halftoneClips`. */
export interface HalftoneClips {
  generate(seed: number, domain: Domain): Promise<GeneratedVideo>;
  /** The demo's sample. */
  generateSample(): Promise<GeneratedVideo>;
  /** Encodes a video and reads it as `clip` does. */
  features(seed: number, domain: Domain): Promise<GeneratedFeatures>;
  /** The same features of a video that is there. */
  featuresOfFile(url: string, captions: string | undefined): Promise<string>;
  /** Loads the model that `clipGenerated` and `clipFile` use; resolves to the precision it runs in. */
  load(source: string, precision: Precision): Promise<Precision>;
  clipGenerated(seed: number, domain: Domain): Promise<Clipped & { readonly plan: VideoPlan }>;
  clipFile(url: string, captions: string | undefined): Promise<Clipped>;
}

let loaded: ViralClipperModel | undefined;

window.halftoneClips = {
  async generate(seed, domain) {
    return generate(planVideo(seed, domain));
  },

  async generateSample() {
    return generate(planSample());
  },

  async features(seed, domain) {
    const plan = planVideo(seed, domain);
    const { blob, videoCodec } = await encodeVideo(plan);
    return { plan, videoCodec, features: await readFeatures(blob, optionsOf(plan)) };
  },

  async featuresOfFile(url, captions) {
    return readFeatures(await download(url), captions === undefined ? {} : { captions });
  },

  async load(source, precision) {
    const engine = await createEngine();
    loaded = await engine.load('viral-clipper', { source: new URL(source, document.baseURI).href, precision });
    await loaded.warmUp();
    return loaded.precision;
  },

  async clipGenerated(seed, domain) {
    const plan = planVideo(seed, domain);
    const { blob } = await encodeVideo(plan);
    return { plan, ...(await clip(blob, optionsOf(plan))) };
  },

  async clipFile(url, captions) {
    return clip(await download(url), captions === undefined ? {} : { captions });
  },
};

async function generate(plan: VideoPlan): Promise<GeneratedVideo> {
  const { blob, extension, videoCodec } = await encodeVideo(plan);
  return { plan, extension, videoCodec, video: await toBase64(blob), vtt: plan.captions && toVtt(plan.captions) };
}

function optionsOf({ captions, engagement }: VideoPlan): ClipOptions {
  return { ...(captions ? { captions: toVtt(captions) } : {}), ...(engagement ? { engagement } : {}) };
}

async function download(url: string): Promise<Blob> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return response.blob();
}

async function readFeatures(video: Blob, options: ClipOptions): Promise<string> {
  const reader = await StepReader.open(video, options);
  const rows: BlobPart[] = [];
  for await (const { visual, audio, text, engagement } of reader.steps())
    rows.push(visual.slice(), audio.slice(), text.slice(), engagement.slice());
  return toBase64(new Blob(rows));
}

async function clip(video: Blob, options: ClipOptions): Promise<Clipped> {
  if (!loaded) throw new Error('No model is loaded.');
  const found: TimeRange[] = [];
  const virality: number[] = [];
  let stepSeconds = 1;
  for await (const event of loaded.clip(video, options)) {
    if (event.type === 'segment') found.push({ start: event.start, end: event.end });
    if (event.type !== 'scores') continue;
    virality.push(...event.virality);
    stepSeconds = event.stepSeconds;
  }
  return { found, virality, stepSeconds };
}
