import { overlays } from './overlays.ts';
import { envelope, type PictureEffect, type VideoPlan } from './plan.ts';
import { Random } from './random.ts';
import { contextOf, disc, paintScene } from './scenes.ts';

interface Idler {
  readonly colour: string;
  readonly radius: number;
  readonly phase: number;
  readonly tilt: number;
}

/** Where the scene lies under the camera: offsets in widths. */
interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly angle: number;
}

const shownAtOnce = 6;
/** Numbers of scenes that replace others begin here. */
const replaced = 1000;

/** Draws the frames of a plan. What a frame shows depends on its time alone. */
export class Painter {
  readonly canvas: OffscreenCanvas;
  readonly #plan: VideoPlan;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #scenes = new Map<number, OffscreenCanvas>();
  readonly #idlers: readonly Idler[];
  /** Seconds at which another scene begins. */
  readonly #cuts: readonly number[];
  readonly #grain: OffscreenCanvas | undefined;

  constructor(plan: VideoPlan) {
    this.#plan = plan;
    const { width, height } = plan.encoding;
    this.canvas = new OffscreenCanvas(width, height);
    this.#context = contextOf(this.canvas);
    const random = new Random(plan.seed + 1);
    this.#idlers = Array.from({ length: plan.style.idlers }, () => ({
      colour: `hsl(${random.between(0, 360)} ${plan.style.saturation * 100}% ${random.between(20, 80)}%)`,
      radius: height * random.between(0.03, 0.12),
      phase: random.between(0, 2),
      tilt: random.between(0.5, 1.5),
    }));
    this.#cuts = plan.picture
      .filter(({ kind }) => kind === 'cuts')
      .flatMap(cutTimes)
      .sort((one, other) => one - other);
    this.#grain = plan.style.grain > 0 ? noiseTile(random) : undefined;
  }

  draw(second: number): void {
    const { width, height } = this.#plan.encoding;
    const context = this.#context;
    this.#drawScene(second);
    this.#drawIdlers(second);
    for (const effect of this.#plan.picture) {
      const share = envelope(effect, second);
      if (share > 0) overlays[effect.kind]?.(context, effect, share, second, { width, height });
    }
    this.#drawGrain(second);
    if (this.#plan.style.clock) {
      context.font = `${Math.round(height / 9)}px monospace`;
      context.fillStyle = '#fff';
      context.fillText(second.toFixed(1), width * 0.04, height * 0.94);
    }
    if (this.#plan.style.letterbox) {
      context.fillStyle = '#000';
      context.fillRect(0, 0, width, height * 0.12);
      context.fillRect(0, height * 0.88, width, height * 0.12 + 1);
    }
  }

  #drawScene(second: number): void {
    const { width, height } = this.#plan.encoding;
    const other = this.#plan.picture.find((effect) => effect.kind === 'replacement' && envelope(effect, second) > 0);
    const scene = this.#scene(this.#cuts.filter((cut) => cut <= second).length + (other ? replaced : 0));
    const camera = this.#camera(second);
    const context = this.#context;
    const pattern = context.createPattern(scene, 'repeat');
    if (!pattern) return;
    pattern.setTransform(
      new DOMMatrix()
        .translate(width / 2, height / 2)
        .rotate(camera.angle)
        .scale(camera.zoom)
        .translate(camera.x * width - width / 2, camera.y * width - height / 2),
    );
    context.fillStyle = pattern;
    context.fillRect(0, 0, width, height);
  }

  /** Scenes come by turns of kind, and each is drawn once. */
  #scene(index: number): OffscreenCanvas {
    const known = this.#scenes.get(index);
    if (known) return known;
    const { style, seed, encoding } = this.#plan;
    const kind = style.sceneKinds[index % style.sceneKinds.length] ?? style.sceneKinds[0];
    const scene = paintScene(kind, style, seed + index * 31, encoding.width, encoding.height);
    if (this.#scenes.size >= shownAtOnce) this.#scenes.clear();
    this.#scenes.set(index, scene);
    return scene;
  }

  #camera(second: number): Camera {
    const { style, picture, seed } = this.#plan;
    const tremor = new Random(seed ^ Math.round(second * 1000));
    const camera = {
      x: style.drift * second + tremor.between(-1, 1) * style.tremble,
      y: tremor.between(-1, 1) * style.tremble,
      zoom: 1,
      angle: 0,
    };
    for (const effect of picture) moveCamera(camera, effect, second, tremor);
    return camera;
  }

  #drawIdlers(second: number): void {
    const { width, height } = this.#plan.encoding;
    const speed = this.#plan.style.idlerSpeed;
    for (const { colour, radius, phase, tilt } of this.#idlers) {
      const at = second * speed + phase;
      this.#context.fillStyle = colour;
      disc(this.#context, width * triangle(at), height * triangle(at * tilt + phase), radius);
    }
  }

  #drawGrain(second: number): void {
    if (!this.#grain) return;
    const { width, height } = this.#plan.encoding;
    const random = new Random(Math.round(second * 1000));
    const context = this.#context;
    context.globalAlpha = this.#plan.style.grain;
    for (let x = -random.whole(0, 63); x < width; x += 64)
      for (let y = -random.whole(0, 63); y < height; y += 64) context.drawImage(this.#grain, x, y);
    context.globalAlpha = 1;
  }
}

function triangle(phase: number): number {
  return Math.abs((phase % 2) - 1);
}

/** A cut at its beginning, and from then on `rate` a second, not quite evenly. A rate of 0 is one cut. */
function cutTimes({ start, end, rate, seed }: PictureEffect): number[] {
  if (rate === 0) return [start];
  const random = new Random(seed);
  const times: number[] = [];
  for (let at = start; at < end; at += random.between(0.6, 1.4) / rate) times.push(at);
  return times;
}

/** Adds what an effect does to the camera. What has moved stays moved when the effect is over. */
function moveCamera(
  camera: { x: number; y: number; zoom: number; angle: number },
  effect: PictureEffect,
  second: number,
  tremor: Random,
): void {
  const share = envelope(effect, second);
  const passed = Math.min(Math.max(0, second - effect.start), effect.end - effect.start);
  const wave = Math.sin((second - effect.start) * effect.rate * Math.PI * 2);
  const way = effect.seed % 2 === 0 ? 1 : -1;
  switch (effect.kind) {
    case 'pan':
      camera.x += way * passed * (0.01 + 0.05 * effect.strength);
      return;
    case 'replacement':
      if (share > 0) camera.x += way * passed * (0.15 + 0.6 * effect.strength);
      return;
    case 'scroll':
      camera.x += way * passed * (0.25 + 0.9 * effect.strength);
      return;
    case 'shake':
      camera.x += share * tremor.between(-1, 1) * (0.02 + 0.08 * effect.strength);
      camera.y += share * tremor.between(-1, 1) * (0.02 + 0.08 * effect.strength);
      return;
    case 'zoom':
      camera.zoom *= 1 + share * (0.15 + 0.45 * effect.strength) * wave;
      return;
    case 'slowZoom':
      camera.zoom *= 1 + 0.01 * effect.strength * passed;
      return;
    case 'spin':
      camera.angle += way * passed * (25 + 120 * effect.strength);
      return;
    default:
  }
}

function noiseTile(random: Random): OffscreenCanvas {
  const tile = new OffscreenCanvas(64, 64);
  const image = new ImageData(64, 64);
  for (let i = 0; i < image.data.length; i += 4) {
    image.data.fill(random.whole(0, 255), i, i + 3);
    image.data[i + 3] = 255;
  }
  contextOf(tile).putImageData(image, 0, 0);
  return tile;
}
