import { requestDevice } from '../../src/gpu/device.ts';
import { runCeilingsCase } from './ceilingsCase.ts';
import type { AdapterReport, BenchCase, CaseResult, HalftoneBench } from './protocol.ts';
import { runDecodeCase } from './decodeCase.ts';
import { runGrowthCase } from './growthCase.ts';
import { runLatencyCase } from './latencyCase.ts';
import { runOperationsCase } from './operationsCase.ts';
import { runTrunkCase } from './trunkCase.ts';

async function describe(): Promise<AdapterReport> {
  const { device, info } = await requestDevice(navigator.gpu, {});
  device.destroy();
  const { software, ...adapter } = info.adapter;
  return { adapter, software, features: { ...info.features }, tier: info.tier, userAgent: navigator.userAgent };
}

function run(benchCase: BenchCase): Promise<CaseResult> {
  switch (benchCase.kind) {
    case 'ceilings':
      return runCeilingsCase();
    case 'trunk':
      return runTrunkCase(benchCase);
    case 'growth':
      return runGrowthCase(benchCase);
    case 'operations':
      return runOperationsCase(benchCase);
    case 'decode':
      return runDecodeCase(benchCase);
    case 'latency':
      return runLatencyCase(benchCase);
  }
}

const bench: HalftoneBench = { describe, run };
window.halftoneBench = bench;

declare global {
  interface Window {
    halftoneBench: HalftoneBench;
  }
}
