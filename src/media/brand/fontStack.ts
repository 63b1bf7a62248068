/** Names of a font stack, without quotes, in its order. */
export const stackNames = (stack: string): string[] =>
  (stack.match(/"[^"]*"|'[^']*'|[^,]+/gu) ?? [])
    .map((name) => name.trim().replace(/^["']|["']$/gu, ''))
    .filter((name) => name !== '');

/** A name as CSS has it: quoted unless it is a row of plain identifiers (which covers the generic families). */
export const cssFontName = (name: string): string =>
  /^-?[a-z_][\w-]*$/iu.test(name) ? name : `"${name.replace(/[\\"]/gu, '\\$&')}"`;
