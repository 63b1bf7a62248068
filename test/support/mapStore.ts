import type { TuneStore } from '../../src/engine/tune/tuneStore.ts';

/** A store in a Map; values go in and out as copies, as a database has it. */
export function mapStore(): { readonly store: TuneStore; readonly values: Map<string, unknown> } {
  const values = new Map<string, unknown>();
  return {
    values,
    store: {
      get: (key) => Promise.resolve(structuredClone(values.get(key))),
      set: (key, value) => Promise.resolve(void values.set(key, structuredClone(value))),
    },
  };
}
