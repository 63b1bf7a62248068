import type { PictureStyle } from './plan.ts';
import { Random } from './random.ts';

type Ctx = OffscreenCanvasRenderingContext2D;
type Shade = () => string;

/** One still picture, drawn so that it can be laid side by side without end. */
export function paintScene(kind: string, style: PictureStyle, seed: number, width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas);
  const random = new Random(seed);
  const hue = style.hue + random.between(-0.1, 0.1) + (random.chance(0.3) ? 0.4 : 0);
  const mean = Math.min(0.9, Math.max(0.08, style.lightness + random.between(-0.2, 0.2)));
  const shade: Shade = () => {
    const lightness = mean + random.between(-0.5, 0.5) * style.contrast;
    return `hsl(${(hue + random.between(-0.08, 0.08)) * 360} ${style.saturation * 100}% ${lightness * 100}%)`;
  };
  context.fillStyle = shade();
  context.fillRect(0, 0, width, height);
  (scenes[kind] ?? flat)(context, random, shade, width, height);
  return canvas;
}

export function contextOf(canvas: OffscreenCanvas): Ctx {
  const context = canvas.getContext('2d', { alpha: true, willReadFrequently: true });
  if (!context) throw new Error('This browser draws no 2D pictures off screen.');
  return context;
}

type Scene = (context: Ctx, random: Random, shade: Shade, width: number, height: number) => void;

const flat: Scene = () => {};

const gradient: Scene = (context, random, shade, width, height) => {
  const angle = random.between(0, Math.PI);
  const [x, y] = [(Math.cos(angle) * width) / 2, (Math.sin(angle) * height) / 2];
  const fill = context.createLinearGradient(width / 2 - x, height / 2 - y, width / 2 + x, height / 2 + y);
  const ends = shade();
  fill.addColorStop(0, ends);
  fill.addColorStop(0.5, shade());
  fill.addColorStop(1, ends);
  context.fillStyle = fill;
  context.fillRect(0, 0, width, height);
};

const stripes: Scene = (context, random, shade, width, height) => {
  const count = random.whole(3, 14);
  const upright = random.chance(0.5);
  for (let i = 0; i < count; i++) {
    context.fillStyle = shade();
    if (upright) context.fillRect((i * width) / count, 0, width / count + 1, height);
    else context.fillRect(0, (i * height) / count, width, height / count + 1);
  }
};

const checker: Scene = (context, random, shade, width, height) => {
  const columns = random.whole(3, 12);
  const rows = random.whole(2, 8);
  const [one, other] = [shade(), shade()];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      context.fillStyle = (row + column) % 2 === 0 ? one : other;
      context.fillRect((column * width) / columns, (row * height) / rows, width / columns + 1, height / rows + 1);
    }
};

const blobs: Scene = (context, random, shade, width, height) => {
  for (let i = random.whole(4, 25); i > 0; i--) {
    context.fillStyle = shade();
    disc(context, random.next() * width, random.next() * height, random.between(0.03, 0.25) * height);
  }
};

/** Noise of several sizes, one over the other, as in a photograph out of focus. */
const clouds: Scene = (context, random, shade, width, height) => {
  for (const size of [3, 6, 12, 24]) {
    const small = new OffscreenCanvas(size, size);
    const smallContext = contextOf(small);
    for (let i = 0; i < size * size; i++) {
      smallContext.fillStyle = shade();
      smallContext.fillRect(i % size, Math.floor(i / size), 1, 1);
    }
    context.globalAlpha = size === 3 ? 1 : 0.45;
    context.drawImage(small, 0, 0, width, height);
  }
  context.globalAlpha = 1;
};

const stars: Scene = (context, random, shade, width, height) => {
  for (let i = random.whole(20, 120); i > 0; i--) {
    context.fillStyle = random.chance(0.5) ? '#fff' : shade();
    disc(context, random.next() * width, random.next() * height, random.between(0.4, 2));
  }
};

/** Somebody before a wall. */
const face: Scene = (context, random, shade, width, height) => {
  gradient(context, random, shade, width, height);
  const x = width * random.between(0.3, 0.7);
  context.fillStyle = shade();
  ellipse(context, x, height, width * 0.28, height * 0.4);
  context.fillStyle = `hsl(${random.between(15, 35)} 45% ${random.between(30, 75)}%)`;
  ellipse(context, x, height * 0.45, height * 0.17, height * 0.23);
  context.fillStyle = '#222';
  for (const side of [-1, 1]) disc(context, x + side * height * 0.07, height * 0.4, height * 0.02);
  ellipse(context, x, height * 0.55, height * 0.06, height * 0.02);
};

/** A field with its lines. */
const court: Scene = (context, random, shade, width, height) => {
  context.fillStyle = `hsl(${random.between(80, 150)} 45% ${random.between(25, 45)}%)`;
  context.fillRect(0, height * 0.15, width, height);
  context.strokeStyle = '#eee';
  context.lineWidth = 1.5;
  context.strokeRect(width * 0.08, height * 0.25, width * 0.84, height * 0.65);
  context.strokeRect(width * 0.08, height * 0.25, width * 0.42, height * 0.65);
  for (let i = random.whole(4, 14); i > 0; i--) {
    context.fillStyle = shade();
    disc(context, random.next() * width, height * random.between(0.3, 0.9), height * 0.025);
  }
};

const rings: Scene = (context, random, shade, width, height) => {
  const [x, y] = [random.between(0.2, 0.8) * width, random.between(0.2, 0.8) * height];
  for (let radius = width; radius > 2; radius *= 0.8) {
    context.fillStyle = shade();
    disc(context, x, y, radius);
  }
};

/** Lines of writing. */
const page: Scene = (context, random, shade, width, height) => {
  context.fillStyle = shade();
  const size = Math.max(6, Math.round(height / random.whole(8, 14)));
  context.font = `${size}px sans-serif`;
  for (let y = size * 1.3; y < height; y += size * 1.4)
    context.fillText('lorem ipsum dolor sit amet consetetur '.slice(random.whole(0, 9)), width * 0.05, y, width * 0.9);
};

const skyline: Scene = (context, random, shade, width, height) => {
  gradient(context, random, shade, width, height);
  for (let x = 0; x < width;) {
    const [broad, high] = [random.between(0.05, 0.14) * width, random.between(0.2, 0.75) * height];
    context.fillStyle = shade();
    context.fillRect(x, height - high, broad + 1, high);
    x += broad;
  }
};

const mosaic: Scene = (context, random, shade, width, height) => {
  const size = random.whole(5, 20);
  for (let y = 0; y < height; y += size)
    for (let x = 0; x < width; x += size) {
      context.fillStyle = shade();
      context.fillRect(x, y, size, size);
    }
};

const weave: Scene = (context, random, shade, width, height) => {
  context.globalAlpha = 0.6;
  for (let i = random.whole(8, 30); i > 0; i--) {
    context.strokeStyle = shade();
    context.lineWidth = random.between(1, height * 0.06);
    context.beginPath();
    context.moveTo(random.next() * width, 0);
    context.bezierCurveTo(
      random.next() * width,
      height / 3,
      random.next() * width,
      (height * 2) / 3,
      random.next() * width,
      height,
    );
    context.stroke();
  }
  context.globalAlpha = 1;
};

const scenes: Readonly<Record<string, Scene>> = {
  flat,
  gradient,
  stripes,
  checker,
  blobs,
  clouds,
  stars,
  face,
  court,
  rings,
  page,
  skyline,
  mosaic,
  weave,
};

export function disc(context: Ctx, x: number, y: number, radius: number): void {
  ellipse(context, x, y, radius, radius);
}

function ellipse(context: Ctx, x: number, y: number, across: number, down: number): void {
  context.beginPath();
  context.ellipse(x, y, across, down, 0, 0, Math.PI * 2);
  context.fill();
}
