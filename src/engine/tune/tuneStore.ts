/** Where what was tuned is kept from one engine to the next. Everything in it may be old, foreign or broken. */
export interface TuneStore {
  /** undefined where there is nothing. */
  readonly get: (key: string) => Promise<unknown>;
  readonly set: (key: string, value: unknown) => Promise<void>;
}

/** In the origin's IndexedDB where there is one, else as long as the engine lives. */
export const openStore = (): TuneStore => indexedDbStore() ?? mapStore();

function mapStore(): TuneStore {
  const values = new Map<string, unknown>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => Promise.resolve(void values.set(key, value)),
  };
}

const databaseName = 'halftone';
const storeName = 'kernel-choices';

/** Workers have it, too. */
const indexedDbStore = (): TuneStore | undefined =>
  typeof indexedDB === 'undefined'
    ? undefined
    : {
        get: (key) => inStore('readonly', (store) => store.get(key)),
        set: async (key, value) => {
          await inStore('readwrite', (store) => store.put(value, key));
        },
      };

async function inStore(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const opening = indexedDB.open(databaseName, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(storeName));
  const database = (await settled(opening)) as IDBDatabase;
  try {
    return await settled(work(database.transaction(storeName, mode).objectStore(storeName)));
  } finally {
    database.close();
  }
}

const settled = (request: IDBRequest): Promise<unknown> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed.')));
  });
