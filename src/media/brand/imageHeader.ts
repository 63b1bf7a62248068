/** Width and height in pixels as an image's header says. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Reads the size of a PNG, JPEG, GIF, WebP or BMP from its first bytes, without decoding it; undefined: another format, or the size lies further
 * behind.
 */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readers.find(({ magic, at }) => startsWith(bytes, magic, at))?.read;
  try {
    return read?.(view);
  } catch {
    // A field lies behind the bytes that are there.
    return undefined;
  }
}

const startsWith = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean =>
  magic.every((byte, index) => bytes[at + index] === byte);

interface Reader {
  readonly magic: readonly number[];
  readonly at?: number;
  readonly read: (view: DataView) => ImageSize | undefined;
}

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

const readers: readonly Reader[] = [
  // IHDR is the first chunk: https://www.w3.org/TR/png-3/#11IHDR.
  { magic: [0x89, ...ascii('PNG')], read: (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }) },
  // Logical screen: https://www.w3.org/Graphics/GIF/spec-gif89a.txt, 18.
  { magic: ascii('GIF8'), read: (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }) },
  { magic: ascii('WEBP'), at: 8, read: webpSize },
  { magic: [0xff, 0xd8], read: jpegSize },
  // BITMAPINFOHEADER; a negative height is a bitmap from the top.
  {
    magic: ascii('BM'),
    read: (view) => ({ width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) }),
  },
];

/** RFC 9649: lossy (VP8), lossless (VP8L) or extended (VP8X). */
function webpSize(view: DataView): ImageSize | undefined {
  const kind = String.fromCharCode(view.getUint8(12), view.getUint8(13), view.getUint8(14), view.getUint8(15));
  if (kind === 'VP8 ') return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind !== 'VP8X') return undefined;
  const uint24 = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  return { width: uint24(24) + 1, height: uint24(27) + 1 };
}

/** The first start-of-frame segment: ITU-T T.81, B.2.2. */
function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; at + 9 < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // Fill bytes.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
