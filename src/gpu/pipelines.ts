import { EngineError } from '../core/errors.ts';
import { inErrorScopes } from './errorScopes.ts';
import { composeWgsl, type Kernel, type KernelCall } from './kernel.ts';

export interface CompiledKernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** GPUShaderStage.COMPUTE */
const computeStage = 0x4;

/** Compiles asynchronously, each variant once; calls that want the same variant wait for the same promise. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #layouts = new Map<string, { bindGroup: GPUBindGroupLayout; pipeline: GPUPipelineLayout }>();
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<CompiledKernel>>();
  #compileMs = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get stats(): { compiled: number; compileMs: number } {
    return { compiled: this.#pipelines.size, compileMs: this.#compileMs };
  }

  /** @throws EngineError gpu-validation with the compiler's message */
  get(call: Pick<KernelCall, 'kernel' | 'choice' | 'overrides'>): Promise<CompiledKernel> {
    const moduleKey = `${call.kernel.name} ${JSON.stringify(call.choice)}`;
    const key = `${moduleKey} ${JSON.stringify(call.overrides)}`;
    let compiled = this.#pipelines.get(key);
    if (!compiled) {
      compiled = this.#compile(call, moduleKey, key);
      this.#pipelines.set(key, compiled);
      // A failed compilation is not remembered: the device may have been lost meanwhile.
      compiled.catch(() => this.#pipelines.delete(key));
    }
    return compiled;
  }

  async #compile(
    call: Pick<KernelCall, 'kernel' | 'choice' | 'overrides'>,
    moduleKey: string,
    key: string,
  ): Promise<CompiledKernel> {
    const start = performance.now();
    const layout = this.#layoutOf(call.kernel);
    let module = this.#modules.get(moduleKey);
    if (!module) {
      const code = composeWgsl(call.kernel, call.choice);
      // In scopes, so that a broken module is no uncaptured error: the pipeline made of it says what is wrong.
      module = inErrorScopes(this.#device, moduleKey, () =>
        this.#device.createShaderModule({ label: moduleKey, code }),
      ).value;
      this.#modules.set(moduleKey, module);
    }
    try {
      const pipeline = await this.#device.createComputePipelineAsync({
        label: key,
        layout: layout.pipeline,
        compute: { module, constants: { ...call.overrides } },
      });
      this.#compileMs += performance.now() - start;
      return { pipeline, layout: layout.bindGroup };
    } catch (error) {
      const messages = (await module.getCompilationInfo().catch(() => undefined))?.messages ?? [];
      const detail = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join('; ') || String(error);
      throw new EngineError(
        'gpu-validation',
        `Kernel ${key} did not compile: ${detail}`,
        'Please report it with engine.info.',
        error,
      );
    }
  }

  /** Read-only storage is bound read-only: Dawn then needs no barrier between two readers. */
  #layoutOf(kernel: Kernel): { bindGroup: GPUBindGroupLayout; pipeline: GPUPipelineLayout } {
    const known = this.#layouts.get(kernel.name);
    if (known) return known;
    const storage = Object.values(kernel.bindings).map((access, binding): GPUBindGroupLayoutEntry => ({
      binding,
      visibility: computeStage,
      buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
    }));
    const uniform: GPUBindGroupLayoutEntry = {
      binding: storage.length,
      visibility: computeStage,
      buffer: { type: 'uniform' },
    };
    const bindGroup = this.#device.createBindGroupLayout({ label: kernel.name, entries: [...storage, uniform] });
    const pipeline = this.#device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [bindGroup] });
    const made = { bindGroup, pipeline };
    this.#layouts.set(kernel.name, made);
    return made;
  }
}
