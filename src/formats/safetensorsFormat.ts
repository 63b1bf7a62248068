import { headerLengthBytes, parseSafetensorsHeader, readHeaderLength } from './safetensors.ts';
import { parseShardIndex } from './shardIndex.ts';

/** What storage's `openCheckpoint` needs of a format; the two layers do not know each other. */
export const safetensorsFormat = {
  extension: '.safetensors',
  prefixBytes: headerLengthBytes,
  readHeaderLength,
  parseHeader: parseSafetensorsHeader,
  parseIndex: parseShardIndex,
} as const;
