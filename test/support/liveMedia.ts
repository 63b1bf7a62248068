/** Frames and pieces of sound that WebCodecs handed out, or somebody made, and nobody has closed. */
export interface LiveMedia {
  readonly frames: number;
  readonly sounds: number;
  readonly mostFrames: number;
  readonly mostSounds: number;
}

/** Counts from now on, in this thread. `restore` puts everything back. */
export function countLiveMedia(): { readonly now: () => LiveMedia; readonly restore: () => void } {
  const frames = count(VideoFrame.prototype);
  const sounds = count(AudioData.prototype);
  const originals = { VideoDecoder, AudioDecoder, VideoFrame, AudioData };
  const { VideoDecoder: Video, AudioDecoder: Audio } = originals;
  globalThis.VideoFrame = counted(VideoFrame, frames.open);
  globalThis.AudioData = counted(AudioData, sounds.open);
  globalThis.VideoDecoder = class extends Video {
    constructor(init: VideoDecoderInit) {
      super({ ...init, output: (frame) => (frames.open(), init.output(frame)) });
    }
  };
  globalThis.AudioDecoder = class extends Audio {
    constructor(init: AudioDecoderInit) {
      super({ ...init, output: (data) => (sounds.open(), init.output(data)) });
    }
  };
  return {
    now: () => ({ frames: frames.live(), sounds: sounds.live(), mostFrames: frames.most(), mostSounds: sounds.most() }),
    restore: () => {
      Object.assign(globalThis, originals);
      frames.restore();
      sounds.restore();
    },
  };
}

/** The class, with every instance that is made of it told. */
function counted<T extends object>(original: T, open: () => void): T {
  return new Proxy(original, {
    construct: (target, args, newTarget) => {
      open();
      return Reflect.construct(target as never, args, newTarget) as object;
    },
  });
}

function count(prototype: { close: () => void; clone: () => unknown }) {
  const { close, clone } = prototype;
  const closed = new WeakSet();
  let live = 0;
  let most = 0;
  const open = (): void => {
    live++;
    most = Math.max(most, live);
  };
  prototype.close = function (this: object) {
    if (!closed.has(this)) live--;
    closed.add(this);
    close.call(this);
  };
  prototype.clone = function (this: object) {
    open();
    return clone.call(this);
  };
  return { open, live: () => live, most: () => most, restore: () => Object.assign(prototype, { close, clone }) };
}
