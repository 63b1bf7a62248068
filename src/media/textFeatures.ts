/**
 * Features of a text without a vocabulary: hashed words and character n-grams (the hashing trick: Weinberger et al. 2009,
 * arXiv:0902.2206; n-grams of words with marked ends: Bojanowski et al. 2017, arXiv:1607.04606), and eight figures of its manner.
 */
export const textFeatureCount = 768;

/** The last eight are not hashed; in this order, each 0 to 1 before the scaling. */
export const textManners = [
  'exclamations', // '!' a word
  'questions', // '?' a word
  'upperCase', // share of the letters
  'digits', // share of the characters
  'symbols', // share of the characters: pictographs, currency, mathematics
  'length', // words, logarithmic; 1 at 63
  'wordLength', // mean letters a word; 1 at 12
  'stretching', // letters that repeat the two before ("sooo"), share of the letters, four times
] as const;

const hashedCount = textFeatureCount - textManners.length;
/** Against a hashed part of length 1: what is said must outweigh how long the words are. */
const mannerScale = 0.5;
const shortestGram = 3;
const longestGram = 5;

/** Offset basis and prime of 32-bit FNV-1a (RFC 9923). */
const fnvBasis = 0x811c9dc5;
const fnvPrime = 0x01000193;
/** Start states of their own, so that the word "ing" and the n-gram "ing" are two features. */
const wordBasis = fnvBasis ^ 0x77;
const gramBasis = fnvBasis ^ 0x67;

const wordPattern = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu;

/**
 * f32 [768], of length 1; all 0 for a text without letters, digits and signs that count. Case, and forms that Unicode holds to be compatible,
 * make no difference to the hashed part.
 */
export function textFeatures(text: string): Float32Array {
  const features = new Float32Array(textFeatureCount);
  const normal = text.normalize('NFKC');
  const words = normal.toLowerCase().match(wordPattern) ?? [];
  for (const word of words) addWord(features, word);
  normalise(features.subarray(0, hashedCount));
  features.set(
    manners(normal, words).map((value) => value * mannerScale),
    hashedCount,
  );
  normalise(features);
  return features;
}

/** A word weighs 1, and all its n-grams together weigh 1. */
function addWord(features: Float32Array, word: string): void {
  addHashed(features, hash(word, wordBasis), 1);
  const marked = Array.from(`<${word}>`);
  const grams: number[] = [];
  for (let size = shortestGram; size <= longestGram; size++)
    for (let first = 0; first + size <= marked.length; first++)
      grams.push(hash(marked.slice(first, first + size).join(''), gramBasis));
  for (const gram of grams) addHashed(features, gram, 1 / Math.sqrt(grams.length));
}

/** The top bit is the sign, so that collisions cancel on average instead of adding up. */
function addHashed(features: Float32Array, hashed: number, weight: number): void {
  const index = (hashed & 0x7fffffff) % hashedCount;
  features[index] = (features[index] ?? 0) + (hashed >>> 31 === 1 ? -weight : weight);
}

/** FNV-1a over the UTF-16 code units, low byte first, then the finalizer of MurmurHash3: FNV's top bits mix little in short texts. */
function hash(text: string, basis: number): number {
  let h = basis;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    h = Math.imul(h ^ (unit & 0xff), fnvPrime);
    h = Math.imul(h ^ (unit >>> 8), fnvPrime);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function manners(text: string, words: readonly string[]): number[] {
  const share = (pattern: RegExp, of: number): number =>
    Math.min(1, (text.match(pattern)?.length ?? 0) / Math.max(1, of));
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const characters = text.match(/\S/gu)?.length ?? 0;
  const runs = text.match(/(\p{L})\1{2,}/giu) ?? [];
  const stretched = runs.reduce((sum, run) => sum + Array.from(run).length - 2, 0);
  return [
    share(/!/g, words.length),
    share(/\?/g, words.length),
    share(/\p{Lu}/gu, letters),
    share(/\p{Nd}/gu, characters),
    share(/[\p{Extended_Pictographic}\p{Sc}\p{Sm}]/gu, characters),
    Math.min(1, Math.log2(1 + words.length) / 6),
    Math.min(1, letters / Math.max(1, words.length) / 12),
    Math.min(1, (4 * stretched) / Math.max(1, letters)),
  ];
}

/** To length 1, unless it is 0. */
function normalise(vector: Float32Array): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  vector.forEach((value, index) => (vector[index] = value * scale));
}
