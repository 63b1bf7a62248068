/**
 * The first key that an object of `json` has twice, at any depth; undefined when there is none.
 * JSON.parse keeps the last of them silently, so that two readers of one file could see different tensors.
 * @param json text that JSON.parse accepts
 */
export function findDuplicateKey(json: string): string | undefined {
  // Outside strings only braces, brackets and commas matter: a string is a key when it follows `{` or a comma in an object.
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],]/gs;
  const stack: (Set<string> | undefined)[] = [];
  let keyNext = false;
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      stack.push(token === '{' ? new Set() : undefined);
      keyNext = token === '{';
    } else if (token === '}' || token === ']') {
      stack.pop();
      keyNext = false;
    } else if (token === ',') {
      keyNext = stack.at(-1) !== undefined;
    } else if (keyNext) {
      const keys = stack.at(-1);
      const key = String(JSON.parse(token));
      if (keys?.has(key)) return key;
      keys?.add(key);
      keyNext = false;
    }
  }
  return undefined;
}
