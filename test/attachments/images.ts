import { deflateSync } from 'node:zlib';
import Vips from 'wasm-vips';

const vips = await Vips({ dynamicLibraries: [] });

/** A picture with a red left half and a blue right half, in the format of the file extension. */
export function picture(
  ending: '.jpg' | '.png' | '.webp' | '.gif',
  width: number,
  height: number,
  options: { orientation?: number; transparent?: boolean } = {},
): Uint8Array {
  const blank = vips.Image.black(width, height, { bands: options.transparent ? 4 : 3 });
  const alpha = options.transparent ? [0] : [];
  const drawn = blank
    .add([0, 0, 255, ...alpha])
    .cast('uchar')
    .copy({ interpretation: 'srgb' })
    .copyMemory();
  drawn.drawRect([255, 0, 0, ...alpha], 0, 0, Math.floor(width / 2), height, { fill: true });
  const { orientation } = options;
  if (!orientation) return drawn.writeToBuffer(ending);
  drawn.setInt('orientation', orientation);
  return drawn.writeToBuffer(ending);
}

/** The pixels that a viewer displays. */
export function look(file: Uint8Array) {
  const image = vips.Image.newFromBuffer(file);
  const corner = (x: number) => (Number(image.getpoint(x, 1)[0]) > 128 ? 'red' : 'blue');
  return {
    width: image.width,
    height: image.height,
    transparent: image.hasAlpha(),
    loader: image.getString('vips-loader'),
    left: corner(1),
    right: corner(image.width - 2),
  };
}

/** A valid black PNG of any size, with a few bytes per thousand pixels. */
export function blackPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // bits per pixel, of gray
  const rows = Buffer.alloc(height * (1 + Math.ceil(width / 8)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** The PNG checksum (https://www.w3.org/TR/png/#D-CRCAppendix). Node.js provides it in zlib only since 20.15. */
function crc32(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
