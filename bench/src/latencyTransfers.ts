import type { GpuContext } from '../../src/gpu/context.ts';
import type { Measurement } from './protocol.ts';
import { seededInput, timed } from './samples.ts';

type Row = Pick<Measurement, 'label' | 'halftoneMs' | 'peerMs'>;

/** The input, and the output, of 512 rows of 2,048. */
const bytes = 2 ** 22;
const usage = { mapRead: 0x1, mapWrite: 0x2, copySource: 0x4, copyTarget: 0x8, storage: 0x80 } as const;
const mapModes = { read: 0x1, write: 0x2 } as const;

/** One way; `before` is not timed. It gives the last of the numbers that were sent. */
interface Way {
  readonly label: string;
  readonly run: () => Promise<number | undefined>;
  readonly before?: () => unknown;
}

interface Transfers {
  readonly gpu: GpuContext;
  readonly x: Float32Array<ArrayBuffer>;
  readonly target: GPUBuffer;
  readonly create: (use: number, mappedAtCreation?: boolean) => GPUBuffer;
}

function copy({ device }: GpuContext, from: GPUBuffer, to: GPUBuffer): void {
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
  device.queue.submit([encoder.finish()]);
}

/** Until the GPU is done, by the engine's own way to wait. */
const settled = async ({ gpu, target }: Transfers): Promise<number | undefined> =>
  new Float32Array(await gpu.read(target, bytes - 16, 16)).at(-1);

function uploads(all: Transfers): Way[] {
  const { gpu, x, target, create } = all;
  const { queue } = gpu.device;
  const kept = create(usage.mapWrite | usage.copySource, true);
  const fill = (buffer: GPUBuffer): void => {
    new Float32Array(buffer.getMappedRange()).set(x);
    buffer.unmap();
    copy(gpu, buffer, target);
  };
  const way = (label: string, send: () => void, before?: Way['before']): Way => ({
    label,
    run: () => {
      send();
      return settled(all);
    },
    ...(before ? { before } : {}),
  });
  return [
    way('nothing: 16 bytes back', () => undefined),
    way('4 MiB there: writeBuffer', () => queue.writeBuffer(target, 0, x)),
    way('… writeBuffer in four', () => {
      for (let part = 0; part < 4; part++)
        queue.writeBuffer(target, (part * bytes) / 4, x, (part * bytes) / 16, bytes / 16);
    }),
    // Mapped again behind the time that is taken, as it would be behind a result.
    way(
      '… a buffer mapped again',
      () => fill(kept),
      async () => {
        if (kept.mapState === 'unmapped') await kept.mapAsync(mapModes.write);
      },
    ),
    way('… a new buffer, mapped at its creation', () => fill(create(usage.copySource, true))),
  ];
}

function readbacks(all: Transfers): Way[] {
  const { gpu, target, create } = all;
  const back = create(usage.mapRead | usage.copyTarget);
  const kept = new Float32Array(bytes / 4).fill(1);
  let fresh = kept;
  const way = (label: string, take: (mapped: Float32Array) => Float32Array, before?: Way['before']): Way => ({
    label,
    run: async () => {
      copy(gpu, target, back);
      const mapped = back.mapAsync(mapModes.read);
      const done = settled(all);
      await mapped;
      const value = take(new Float32Array(back.getMappedRange())).at(-1);
      back.unmap();
      await done;
      return value;
    },
    ...(before ? { before } : {}),
  });
  const into = (array: Float32Array, mapped: Float32Array): Float32Array => {
    array.set(mapped);
    return array;
  };
  return [
    way('4 MiB back: mapped and looked at', (mapped) => mapped),
    way('… copied into a new array', (mapped) => into(new Float32Array(bytes / 4), mapped)),
    way(
      '… into a new one whose pages are there',
      (mapped) => into(fresh, mapped),
      () => {
        fresh = new Float32Array(bytes / 4).fill(1);
      },
    ),
    way('… into the same as before', (mapped) => into(kept, mapped)),
  ];
}

/** Ways to bring an input to the GPU and a result back, with no work between; each is timed until the GPU is known to be done. */
export async function runTransfers(gpu: GpuContext, runs: number): Promise<Row[]> {
  const created: GPUBuffer[] = [];
  const create: Transfers['create'] = (use, mappedAtCreation = false) => {
    const buffer = gpu.device.createBuffer({ label: 'transfers', size: bytes, usage: use, mappedAtCreation });
    created.push(buffer);
    return buffer;
  };
  const x = new Float32Array(seededInput(bytes / 4, 1));
  const target = create(usage.storage | usage.copyTarget | usage.copySource);
  const all: Transfers = { gpu, x, target, create };
  const ways = [...uploads(all), ...readbacks(all)];
  const samples = ways.map(() => [] as number[]);
  try {
    gpu.device.queue.writeBuffer(target, 0, x);
    for (let round = -1; round < runs; round++) {
      for (const [index, { label, run, before }] of ways.entries()) {
        await before?.();
        const ms = await timed(async () => {
          if ((await run()) !== x.at(-1)) throw new Error(`${label}: what came back is not what was sent.`);
        });
        if (round >= 0) samples[index]?.push(ms);
      }
    }
  } finally {
    for (const buffer of created) buffer.destroy();
  }
  return ways.map(({ label }, index) => ({ label, halftoneMs: samples[index] ?? [], peerMs: [] }));
}
