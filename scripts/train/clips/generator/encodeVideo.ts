import {
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  canEncodeAudio,
  canEncodeVideo,
  CanvasSource,
  Mp4OutputFormat,
  Output,
  Quality,
  WebMOutputFormat,
  type AudioCodec,
  type VideoCodec,
} from 'mediabunny';
import { mixSound } from './mixSound.ts';
import { Painter } from './painter.ts';
import type { VideoPlan } from './plan.ts';

export interface EncodedVideo {
  readonly blob: Blob;
  readonly extension: 'webm' | 'mp4';
  readonly videoCodec: string;
}

/** Below this H.264's encoder may write level 1b, which Chromium says that it does not decode. */
const leastAvcBitsPerSecond = 200_000;
/** Seconds of sound that are handed over at once. */
const soundPartSeconds = 1;

/** Draws, mixes and encodes a plan into a real file. What this browser cannot encode becomes VP8 in WebM. */
export async function encodeVideo(plan: VideoPlan): Promise<EncodedVideo> {
  const { encoding } = plan;
  const wanted = encoding.videoCodec === 'avc' && encoding.container === 'webm' ? 'vp9' : encoding.videoCodec;
  const videoCodec = (await encodes(wanted, plan)) ? wanted : 'vp8';
  // MP4 has no VP8.
  const extension = encoding.container === 'mp4' && videoCodec !== 'vp8' ? 'mp4' : 'webm';
  const target = new BufferTarget();
  const output = new Output({
    format: extension === 'mp4' ? new Mp4OutputFormat({ fastStart: 'in-memory' }) : new WebMOutputFormat(),
    target,
  });
  const painter = new Painter(plan);
  const least = videoCodec === 'avc' ? leastAvcBitsPerSecond : 0;
  const picture = new CanvasSource(painter.canvas, {
    codec: videoCodec,
    quality: new Quality({ bitrate: Math.max(least, encoding.videoBitsPerSecond) }),
    keyFrameInterval: encoding.keyFrameSeconds,
    latencyMode: 'realtime',
  });
  output.addVideoTrack(picture, { frameRate: encoding.frameRate });
  const sound = plan.audio === 'none' ? undefined : await soundSource(plan);
  if (sound) output.addAudioTrack(sound.source);
  await output.start();
  // Side by side, so that neither track has to wait for the other in memory.
  await Promise.all([addFrames(plan, painter, picture), sound?.add()]);
  await output.finalize();
  if (!target.buffer) throw new Error('The encoder wrote nothing.');
  return { blob: new Blob([target.buffer], { type: `video/${extension}` }), extension, videoCodec };
}

async function encodes(codec: VideoCodec, { encoding: { width, height, videoBitsPerSecond } }: VideoPlan) {
  return canEncodeVideo(codec, { width, height, quality: new Quality({ bitrate: videoBitsPerSecond }) });
}

async function addFrames({ seconds, encoding }: VideoPlan, painter: Painter, picture: CanvasSource): Promise<void> {
  const { frameRate } = encoding;
  for (let frame = 0; frame < Math.round(seconds * frameRate); frame++) {
    painter.draw(frame / frameRate);
    await picture.add(frame / frameRate, 1 / frameRate);
  }
  picture.close();
}

async function soundSource(plan: VideoPlan) {
  const { sampleRate, channels, audioBitsPerSecond } = plan.encoding;
  const codec: AudioCodec = 'opus';
  const quality = new Quality({ bitrate: audioBitsPerSecond });
  if (!(await canEncodeAudio(codec, { numberOfChannels: channels, sampleRate, quality })))
    throw new Error(`This browser does not encode ${codec}.`);
  const source = new AudioSampleSource({ codec, quality });
  const add = async () => {
    const mono = mixSound(plan);
    const part = Math.round(soundPartSeconds * sampleRate);
    for (let first = 0; first < mono.length; first += part) {
      const samples = mono.subarray(first, first + part);
      const planes = new Float32Array(samples.length * channels);
      for (let channel = 0; channel < channels; channel++) planes.set(samples, channel * samples.length);
      using sample = new AudioSample({
        data: planes,
        format: 'f32-planar',
        numberOfChannels: channels,
        sampleRate,
        timestamp: first / sampleRate,
      });
      await source.add(sample);
    }
    source.close();
  };
  return { source, add };
}
