import type { PictureEffect } from './plan.ts';
import { Random } from './random.ts';
import { disc } from './scenes.ts';

type Ctx = OffscreenCanvasRenderingContext2D;

/** What is drawn over the scene at a moment. `share` is the envelope, 0 to 1. */
type Overlay = (context: Ctx, effect: PictureEffect, share: number, second: number, size: Size) => void;

interface Size {
  readonly width: number;
  readonly height: number;
}

const tau = Math.PI * 2;

function colour(random: Random): string {
  return `hsl(${random.between(0, 360)} ${random.between(30, 100)}% ${random.between(20, 90)}%)`;
}

/** Shapes on paths of sines. */
const movers: Overlay = (context, { seed, strength, rate }, share, second, size) => {
  const random = new Random(seed);
  const most = strength > 0.6 && random.chance(0.3) ? 1 : 2 + 10 * strength;
  const count = Math.ceil(most * (0.3 + 0.7 * share));
  for (let i = 0; i < count; i++)
    roam(context, random, 0.3 + 0.5 * rate * strength, second, size, 0.06 + 0.12 * strength);
};

function roam(context: Ctx, random: Random, rate: number, second: number, { width, height }: Size, part: number): void {
  context.fillStyle = colour(random);
  const [across, down] = [rate * random.between(0.5, 1.3), rate * random.between(0.5, 1.3)];
  const x = width * (0.5 + 0.45 * Math.sin(tau * (across * second + random.next())));
  const y = height * (0.5 + 0.45 * Math.sin(tau * (down * second + random.next())));
  const radius = height * part * random.between(0.6, 1.4);
  if (random.chance(0.5)) disc(context, x, y, radius);
  else context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}

/** One shape on its way, slowly. */
const wander: Overlay = (context, { seed, strength }, _share, second, size) => {
  const random = new Random(seed);
  roam(context, random, 0.02 + 0.08 * strength, second, size, 0.05 + 0.08 * strength);
};

/** Bursts, one after the other, each out of another point. */
const particles: Overlay = (context, { seed, strength, rate }, share, second, { width, height }) => {
  const burst = Math.floor(second * rate);
  const age = second * rate - burst;
  const random = new Random(seed ^ (burst * 7919));
  const [x, y] = [width * random.between(0.2, 0.8), height * random.between(0.2, 0.8)];
  const count = Math.round((15 + 60 * strength) * share);
  for (let i = 0; i < count; i++) {
    const [angle, reach] = [random.between(0, tau), random.between(0.2, 1) * width * 0.6 * age];
    context.fillStyle = colour(random);
    disc(context, x + Math.cos(angle) * reach, y + Math.sin(angle) * reach, height * random.between(0.01, 0.05));
  }
};

const blocks: Overlay = (context, { seed, strength, rate }, share, second, { width, height }) => {
  const random = new Random(seed ^ (Math.floor(second * (2 + 3 * rate)) * 104_729));
  for (let i = Math.round((3 + 14 * strength) * share); i > 0; i--) {
    context.fillStyle = colour(random);
    const [across, down] = [random.between(0.05, 0.3) * width, random.between(0.05, 0.3) * height];
    context.fillRect(random.next() * width - across / 2, random.next() * height - down / 2, across, down);
  }
};

const strobe: Overlay = (context, { strength, rate }, share, second, { width, height }) => {
  const light = Math.floor(second * (1.2 + rate) * 2) % 2 === 0;
  context.fillStyle = light ? '#fff' : '#000';
  context.globalAlpha = (0.25 + 0.5 * strength) * share;
  context.fillRect(0, 0, width, height);
  context.globalAlpha = 1;
};

/** Squares of random grey all over the picture; the fewer, the stronger. */
const snow: Overlay = (context, { seed, strength }, share, second, { width, height }) => {
  const random = new Random(seed ^ Math.round(second * 1000));
  const size = Math.max(2, Math.round(height * (0.02 + 0.1 * strength)));
  context.globalAlpha = (0.4 + 0.6 * strength) * share;
  for (let y = 0; y < height; y += size)
    for (let x = 0; x < width; x += size) {
      context.fillStyle = `hsl(0 0% ${random.whole(0, 100)}%)`;
      context.fillRect(x, y, size, size);
    }
  context.globalAlpha = 1;
};

const flash: Overlay = (context, { strength }, _share, _second, { width, height }) => {
  context.globalAlpha = 0.4 + 0.6 * strength;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.globalAlpha = 1;
};

const bars: Overlay = (context, { seed, strength, rate }, share, second, { width, height }) => {
  const random = new Random(seed);
  for (let i = 0; i < Math.round(1 + 4 * strength * share); i++) {
    context.fillStyle = colour(random);
    const at = (((second * (0.3 + 0.5 * rate) + random.next()) % 1) * 1.4 - 0.2) * width;
    context.fillRect(at, 0, width * random.between(0.05, 0.2), height);
  }
};

/** As if they bounced: triangles instead of sines. */
const balls: Overlay = (context, { seed, strength, rate }, share, second, { width, height }) => {
  const random = new Random(seed);
  const bounce = (phase: number) => Math.abs((((phase % 2) + 2) % 2) - 1);
  for (let i = Math.round((3 + 9 * strength) * share); i > 0; i--) {
    context.fillStyle = colour(random);
    const speed = (0.4 + rate * 0.6) * random.between(0.6, 1.3);
    const x = width * bounce(second * speed + random.next() * 2);
    const y = height * bounce(second * speed * random.between(0.7, 1.4) + random.next() * 2);
    disc(context, x, y, height * random.between(0.05, 0.14));
  }
};

/** Kinds that move the scene itself are not among them. */
export const overlays: Readonly<Partial<Record<PictureEffect['kind'], Overlay>>> = {
  movers,
  wander,
  particles,
  blocks,
  strobe,
  snow,
  flash,
  bars,
  balls,
};
