import * as Comlink from 'comlink';
import { EngineError, type EngineErrorCode } from '../core/errors.ts';

/** An EngineError as structured cloning can carry it. */
interface WireError {
  readonly code: EngineErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly stack: string | undefined;
  readonly cause: unknown;
}
type Thrown = { readonly value: unknown };
type WireThrown = { readonly engineError: WireError } | { readonly other: unknown };

/**
 * Comlink carries an error's message and stack only. This carries code, remedy and cause too, both ways; call it on both
 * sides before anything is exposed or wrapped.
 */
export function registerErrorTransfer(): void {
  const original = Comlink.transferHandlers.get('throw') as Comlink.TransferHandler<Thrown, unknown> | undefined;
  if (!original) throw new Error('Comlink has no throw handler.');
  Comlink.transferHandlers.set('throw', {
    canHandle: (value): value is Thrown => original.canHandle(value),
    serialize: (thrown: Thrown): [WireThrown, Transferable[]] => {
      if (thrown.value instanceof EngineError) return [{ engineError: toWire(thrown.value) }, []];
      const [other, transferables] = original.serialize(thrown);
      return [{ other }, transferables];
    },
    deserialize: (wire: WireThrown): Thrown => {
      if ('engineError' in wire) throw fromWire(wire.engineError);
      return original.deserialize(wire.other);
    },
  });
}

const toWire = ({ code, message, remedy, stack, cause }: EngineError): WireError => ({
  code,
  message,
  remedy,
  stack,
  cause: cloneable(cause),
});

function fromWire({ code, message, remedy, stack, cause }: WireError): EngineError {
  const what = message.endsWith(remedy) ? message.slice(0, -remedy.length).trimEnd() : message;
  const error = new EngineError(code, what, remedy, cause);
  // Where it went wrong is in the worker; the stack of this side would only show the transfer.
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** A cause may be anything; what cannot be cloned is told by its text. */
function cloneable(cause: unknown): unknown {
  if (cause instanceof EngineError) return Object.assign(new Error(cause.message), { name: cause.name });
  try {
    return structuredClone(cause);
  } catch {
    return String(cause);
  }
}
