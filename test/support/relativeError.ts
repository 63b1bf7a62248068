/** ‖y − ref‖ / ‖ref − x‖: the error against what the network adds, which the residual path would flatter otherwise. */
export function relativeError(y: ArrayLike<number>, ref: ArrayLike<number>, x: ArrayLike<number>): number {
  let error = 0;
  let added = 0;
  for (let i = 0; i < ref.length; i++) {
    error += ((y[i] ?? Number.NaN) - (ref[i] ?? 0)) ** 2;
    added += ((ref[i] ?? 0) - (x[i] ?? 0)) ** 2;
  }
  return Math.sqrt(error / added);
}
