/**
 * Rules of the Design Tokens Community Group's format, 2025.10, written from https://www.designtokens.org/TR/2025.10/format/ and
 * https://www.designtokens.org/TR/2025.10/color/: names, properties, types, values, references.
 */
type Json = Record<string, unknown>;

export interface Token {
  readonly path: string;
  readonly type: string;
  /** With references followed. */
  readonly value: unknown;
}

const groupProperties = new Set([
  '$type',
  '$description',
  '$extensions',
  '$deprecated',
  '$extends',
  '$root',
  '$schema',
]);
const tokenProperties = new Set(['$value', '$type', '$description', '$extensions', '$deprecated']);
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const reference = /^\{([^{}]+)\}$/u;

const weightNames = new Set(
  (
    'thin hairline extra-light ultra-light light normal regular book medium semi-bold demi-bold bold extra-bold ultra-bold black heavy ' +
    'extra-black ultra-black'
  ).split(' '),
);

/** Lowest and highest value of each component. */
const unit = [0, 1] as const;
const free = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const colorSpaces: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  srgb: [unit, unit, unit],
  'srgb-linear': [unit, unit, unit],
  'display-p3': [unit, unit, unit],
  oklab: [unit, free, free],
  oklch: [unit, [0, Number.POSITIVE_INFINITY], [0, 360]],
};

/** Checks a whole file; returns its tokens. Throws with the path of what breaks a rule. */
export function checkDesignTokens(file: unknown): Token[] {
  const raw = new Map<string, { readonly type: string | undefined; readonly value: unknown }>();
  collect(file, [], undefined, raw);
  return [...raw].map(([path, { type, value }]) => {
    const resolved = follow(raw, path, value, []);
    const known = type ?? resolved.type;
    if (!known) throw new Error(`${path}: its type cannot be determined.`);
    return { path, type: known, value: checkValue(raw, path, known, resolved.value) };
  });
}

type Raw = ReadonlyMap<string, { readonly type: string | undefined; readonly value: unknown }>;

function collect(
  node: unknown,
  path: string[],
  inherited: string | undefined,
  raw: Map<string, Raw extends ReadonlyMap<string, infer V> ? V : never>,
): void {
  const at = path.join('.') || 'the file';
  if (!isObject(node)) throw new Error(`${at} is neither a token nor a group.`);
  const type = typeof node['$type'] === 'string' ? node['$type'] : inherited;
  const isToken = '$value' in node;
  if (isToken) raw.set(path.join('.'), { type, value: node['$value'] });
  for (const [name, child] of Object.entries(node)) {
    if (name.startsWith('$')) {
      if (!(isToken ? tokenProperties : groupProperties).has(name))
        throw new Error(`${at} has the unknown property ${name}.`);
    } else if (isToken) throw new Error(`${at} is a token and has the child ${name}.`);
    else if (name === '' || /[{}.]/u.test(name)) throw new Error(`${at} has a child with the name '${name}'.`);
    else collect(child, [...path, name], type, raw);
  }
}

function follow(
  raw: Raw,
  path: string,
  value: unknown,
  seen: readonly string[],
): { readonly type?: string | undefined; readonly value: unknown } {
  const [, target] = typeof value === 'string' ? (reference.exec(value) ?? []) : [];
  if (target === undefined) return { value };
  const token = raw.get(target);
  if (!token) throw new Error(`${path} refers to ${target}, which does not exist.`);
  if (seen.includes(target)) throw new Error(`${path} refers to itself by ${target}.`);
  return { type: token.type, ...follow(raw, path, token.value, [...seen, target]) };
}

/** Value of a type with the references in it followed. */
function checkValue(raw: Raw, path: string, type: string, value: unknown): unknown {
  const fail = (): never => {
    throw new Error(`${path}: ${JSON.stringify(value)} is no ${type}.`);
  };
  const isNumber = (candidate: unknown): candidate is number =>
    typeof candidate === 'number' && Number.isFinite(candidate);
  switch (type) {
    case 'color':
      return isColor(value) ? value : fail();
    case 'dimension':
      return isObject(value) &&
        isNumber(value['value']) &&
        ['px', 'rem'].includes(String(value['unit'])) &&
        Object.keys(value).length === 2
        ? value
        : fail();
    case 'fontFamily': {
      const names = Array.isArray(value) ? value : [value];
      return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '') ? value : fail();
    }
    case 'fontWeight':
      return (isNumber(value) && value >= 1 && value <= 1000) || weightNames.has(String(value)) ? value : fail();
    case 'number':
      return isNumber(value) ? value : fail();
    case 'typography':
      return isObject(value) ? checkComposite(raw, path, value) : fail();
    default:
      throw new Error(`${path} has the type ${type}.`);
  }
}

function checkComposite(raw: Raw, path: string, value: Json): Json {
  const parts = {
    fontFamily: 'fontFamily',
    fontSize: 'dimension',
    fontWeight: 'fontWeight',
    letterSpacing: 'dimension',
    lineHeight: 'number',
  };
  if (Object.keys(value).sort().join() !== Object.keys(parts).sort().join())
    throw new Error(`${path} has the parts ${Object.keys(value).join(', ')}.`);
  return Object.fromEntries(
    Object.entries(parts).map(([name, type]) => {
      const resolved = follow(raw, `${path}.${name}`, value[name], []);
      if (resolved.type !== undefined && resolved.type !== type)
        throw new Error(`${path}.${name} refers to a token of type ${resolved.type}.`);
      return [name, checkValue(raw, `${path}.${name}`, type, resolved.value)];
    }),
  );
}

function isColor(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { colorSpace, components, alpha = 1, hex = '#000000', ...rest } = value;
  const ranges = colorSpaces[String(colorSpace)];
  return (
    Object.keys(rest).length === 0 &&
    ranges !== undefined &&
    Array.isArray(components) &&
    components.length === ranges.length &&
    components.every((part, index) => {
      const [low, high] = ranges[index] ?? free;
      return part === 'none' || (typeof part === 'number' && part >= low && part <= high);
    }) &&
    typeof alpha === 'number' &&
    alpha >= 0 &&
    alpha <= 1 &&
    /^#[\da-f]{6}$/iu.test(String(hex))
  );
}
