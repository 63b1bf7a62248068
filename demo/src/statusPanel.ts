import type { Engine, EngineEvent, EngineInfo } from '../../src/index.ts';
import { byId, make } from './dom.ts';
import { formatBytes, formatCount, formatMs } from './format.ts';

const tierNotes: Readonly<Record<EngineInfo['tier'], string>> = {
  baseline: 'runs on every WebGPU device',
  f16: 'half precision',
  subgroups: 'half precision and subgroups',
  'subgroup-matrix': 'half precision, subgroups, matrix units',
};

function fact(term: string, value: string, note = ''): HTMLElement {
  const description = make('dd', '', value);
  if (note) description.append(make('span', 'note', note));
  return make('div', 'fact', make('dt', '', term), description);
}

function negotiated(name: string, value: string, reason: string, state: string): HTMLElement {
  return make('li', state, make('span', 'name', name), make('span', 'value', value), make('span', 'note', reason));
}

/** Adapter, tier, and each feature and limit with the reason that the engine states for it. */
export function showInfo(info: EngineInfo): void {
  const { vendor, architecture, device, description, software } = info.adapter;
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ') || 'not named by the browser';
  const maker = description ? [vendor, architecture].filter(Boolean).join(' ') : '';
  const note = software ? 'a CPU stands in for a GPU: slow, but the same arithmetic' : maker;
  byId('device-facts', HTMLElement).replaceChildren(
    fact('Adapter', name, note),
    fact('Kernel tier', info.tier, tierNotes[info.tier]),
  );
  const features: HTMLElement[] = [];
  const limits: HTMLElement[] = [];
  for (const { name, value, reason } of info.negotiation) {
    if (typeof value === 'boolean')
      features.push(negotiated(name, value ? 'yes' : 'no', reason, value ? 'has' : 'lacks'));
    else
      limits.push(
        negotiated(
          name,
          name.endsWith('Size') && value >= 16_384 ? formatBytes(value) : formatCount(value),
          reason,
          '',
        ),
      );
  }
  byId('engine-status', HTMLElement).hidden = false;
  byId('device-features', HTMLElement).replaceChildren(...features);
  byId('device-limits', HTMLElement).replaceChildren(...limits);
}

export function showNoEngine(): void {
  byId('device-facts', HTMLElement).replaceChildren(fact('Adapter', 'none', 'the engine did not start'));
}

/** GPU memory by owner, as the engine's ledger has it. */
export async function showMemory(engine: Engine): Promise<void> {
  const { inUseBytes, peakBytes, pooledBytes, byOwner } = await engine.memory();
  const owners = Object.entries(byOwner)
    .sort(([, first], [, second]) => second - first)
    .map(([owner, bytes]) => fact(owner, formatBytes(bytes)));
  byId('memory-facts', HTMLElement).replaceChildren(
    fact('In use', formatBytes(inUseBytes)),
    ...owners.map((element) => (element.classList.add('part'), element)),
    fact('Kept for reuse', formatBytes(pooledBytes)),
    fact('Peak', formatBytes(peakBytes)),
  );
}

function describeEvent(event: EngineEvent): string {
  switch (event.type) {
    case 'device-lost':
      return 'The GPU device was lost. The engine starts it again.';
    case 'recovered':
      return `The device is back after ${formatMs(event.ms)}.`;
    case 'degraded':
      return `${event.what}: ${event.reason}`;
    default:
      return event.message;
  }
}

/** What happened to the device, in words. */
export function showEvent(event: EngineEvent): void {
  byId('events', HTMLElement).append(make('p', 'notice', describeEvent(event)));
}
