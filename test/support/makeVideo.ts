import {
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  CanvasSource,
  Mp4OutputFormat,
  Output,
  Quality,
  WebMOutputFormat,
} from 'mediabunny';

export interface VideoPlan {
  readonly container: 'webm' | 'mp4';
  readonly seconds: number;
  readonly video?: {
    readonly codec?: 'vp8' | 'vp9' | 'avc' | 'av1';
    readonly width?: number;
    readonly height?: number;
    readonly frameRate?: number;
    readonly keyFrameSeconds?: number;
    readonly draw: (context: OffscreenCanvasRenderingContext2D, second: number, width: number, height: number) => void;
  };
  readonly audio?: {
    readonly codec?: 'opus' | 'pcm-s16';
    readonly sampleRate?: number;
    readonly channels?: number;
    /** One sample, -1 to 1. */
    readonly at: (second: number, channel: number) => number;
  };
}

/** A real encoded file with what a test plants in it. */
export async function makeVideo(plan: VideoPlan): Promise<Blob> {
  const { container, seconds, video, audio } = plan;
  const target = new BufferTarget();
  const output = new Output({ format: container === 'webm' ? new WebMOutputFormat() : new Mp4OutputFormat(), target });
  const addFrame = video && videoTrack(output, container, video);
  const addSound = audio && audioTrack(output, audio);
  await output.start();
  const frameRate = video?.frameRate ?? 10;
  for (let i = 0; i < seconds * frameRate; i++) {
    await addFrame?.(i / frameRate, 1 / frameRate);
    await addSound?.(i / frameRate, Math.min(seconds, (i + 1) / frameRate));
  }
  await output.finalize();
  if (!target.buffer) throw new Error('Nothing was muxed.');
  return new Blob([target.buffer], { type: `video/${container}` });
}

function videoTrack(
  output: Output,
  container: VideoPlan['container'],
  plan: NonNullable<VideoPlan['video']>,
): (second: number, duration: number) => Promise<void> {
  const { width = 128, height = 64, frameRate = 10 } = plan;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('There is no 2D canvas.');
  const source = new CanvasSource(canvas, {
    codec: plan.codec ?? (container === 'webm' ? 'vp8' : 'avc'),
    quality: new Quality({ bitrate: 1e6 }),
    keyFrameInterval: plan.keyFrameSeconds ?? 2,
  });
  output.addVideoTrack(source, { frameRate });
  return (second, duration) => {
    plan.draw(context, second, width, height);
    return source.add(second, duration);
  };
}

function audioTrack(
  output: Output,
  plan: NonNullable<VideoPlan['audio']>,
): (from: number, to: number) => Promise<void> {
  const { sampleRate = 48_000, channels = 1, codec = 'opus' } = plan;
  const source = new AudioSampleSource({ codec, quality: new Quality({ bitrate: 96_000 }) });
  output.addAudioTrack(source);
  return async (from, to) => {
    const first = Math.round(from * sampleRate);
    const frames = Math.round(to * sampleRate) - first;
    const data = new Float32Array(frames * channels);
    for (let i = 0; i < frames; i++)
      for (let channel = 0; channel < channels; channel++)
        data[i * channels + channel] = plan.at((first + i) / sampleRate, channel);
    const sample = new AudioSample({ data, format: 'f32', numberOfChannels: channels, sampleRate, timestamp: from });
    await source.add(sample);
    sample.close();
  };
}
