import {
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  CanvasSource,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  NullTarget,
  Output,
  Quality,
  WebMOutputFormat,
} from 'mediabunny';

const loopSeconds = 10;
const frameRate = 1;
const sampleRate = 48_000;

interface Packets<Meta> {
  readonly packets: EncodedPacket[];
  meta: Meta | undefined;
}
interface Loop {
  readonly video: Packets<EncodedVideoChunkMetadata>;
  readonly audio: Packets<EncodedAudioChunkMetadata>;
}

/** Ten seconds, encoded once: a grey that rises, and a tone. */
async function encodeLoop(): Promise<Loop> {
  const loop: Loop = { video: { packets: [], meta: undefined }, audio: { packets: [], meta: undefined } };
  const canvas = new OffscreenCanvas(64, 32);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('There is no 2D canvas.');
  const output = new Output({ format: new WebMOutputFormat(), target: new NullTarget() });
  const keep =
    <Meta>(track: Packets<Meta>) =>
    (packet: EncodedPacket, meta: Meta | undefined): void => {
      track.packets.push(packet);
      track.meta ??= meta;
    };
  const video = new CanvasSource(canvas, {
    codec: 'vp8',
    quality: new Quality({ bitrate: 20_000 }),
    keyFrameInterval: loopSeconds,
    onEncodedPacket: keep(loop.video),
  });
  const audio = new AudioSampleSource({
    codec: 'opus',
    quality: new Quality({ bitrate: 12_000 }),
    onEncodedPacket: keep(loop.audio),
  });
  output.addVideoTrack(video, { frameRate });
  output.addAudioTrack(audio);
  await output.start();
  for (let i = 0; i < loopSeconds * frameRate; i++) {
    context.fillStyle = `rgb(${i * 10} ${i * 10} ${i * 10})`;
    context.fillRect(0, 0, 64, 32);
    await video.add(i / frameRate, 1 / frameRate);
  }
  const data = Float32Array.from({ length: loopSeconds * sampleRate }, (_, i) => 0.3 * Math.sin(i * 0.1));
  const sample = new AudioSample({ data, format: 'f32', numberOfChannels: 1, sampleRate, timestamp: 0 });
  await audio.add(sample);
  sample.close();
  await output.finalize();
  return loop;
}

/** A file of any length in little time: the packets of the same ten seconds, again and again. */
export async function makeLongVideo(container: 'webm' | 'mp4', seconds: number): Promise<Blob> {
  const loop = await encodeLoop();
  const target = new BufferTarget();
  const output = new Output({ format: container === 'webm' ? new WebMOutputFormat() : new Mp4OutputFormat(), target });
  const video = new EncodedVideoPacketSource('vp8');
  const audio = new EncodedAudioPacketSource('opus');
  output.addVideoTrack(video, { frameRate });
  output.addAudioTrack(audio);
  await output.start();
  for (let start = 0; start < seconds; start += loopSeconds) {
    for (const packet of loop.video.packets)
      await video.add(packet.clone({ timestamp: start + packet.timestamp }), loop.video.meta);
    for (const packet of loop.audio.packets)
      if (packet.timestamp < loopSeconds - 0.01)
        await audio.add(packet.clone({ timestamp: start + packet.timestamp }), loop.audio.meta);
  }
  await output.finalize();
  if (!target.buffer) throw new Error('Nothing was muxed.');
  return new Blob([target.buffer], { type: `video/${container}` });
}
