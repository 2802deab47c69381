import type { Image } from 'wasm-vips';
import Vips from 'wasm-vips';

/** The longer side of a thumbnail, in pixels. */
const SIDE = 128;

/**
 * How many pixels an image may claim to have. Most formats are read line by line, but interlaced PNGs and progressive
 * JPEGs are not: this many fit into the function's memory several times over.
 */
const MAX_PIXELS = 100_000_000;

/** The formats that are read, by the libraries that libvips reads them with. */
const LOADER = /^(jpeg|png|webp|gif)load/;

export interface Thumbnail {
  readonly content: Uint8Array;
  readonly contentType: 'image/jpeg' | 'image/png';
}

/** Why there can be no thumbnail. */
export class UnreadableImage extends Error {
  override readonly name = 'Unreadable';
}

// libvips as WebAssembly: the same file runs on Lambda's arm64 and on any developer's machine, and whatever
// a hostile image may do to its decoder, it does inside the sandbox of this instance's memory.
let loading: ReturnType<typeof Vips> | undefined;

/**
 * Makes a small picture of an image, upright and in proportion: a PNG where it has transparent parts, otherwise a JPEG.
 * An image that is small enough keeps its size. Of an animation, the first frame is taken.
 * @throws Unreadable when it is no JPEG, PNG, WebP or GIF, is broken, or claims more than 100 megapixels
 */
export async function thumbnailOf(file: Uint8Array): Promise<Thumbnail> {
  loading ??= Vips({ dynamicLibraries: [] });
  const vips = await loading;
  const open: Image[] = [];
  const opened = (image: Image) => {
    open.push(image);
    return image;
  };
  try {
    // Reads the header only.
    const { width, height, loader } = decoding(() => {
      const image = opened(vips.Image.newFromBuffer(file, '', { access: 'sequential' }));
      return { width: image.width, height: image.height, loader: image.getString('vips-loader') };
    });
    if (!LOADER.test(loader)) throw new UnreadableImage('It is no JPEG, PNG, WebP or GIF');
    if (width * height > MAX_PIXELS) {
      throw new UnreadableImage(`It has ${width} × ${height} pixels; at most ${MAX_PIXELS} are read`);
    }
    return decoding(() => {
      // Into memory: an image is decoded as it is read, and this one is read twice.
      const small = opened(opened(vips.Image.thumbnailBuffer(file, SIDE, { height: SIDE, size: 'down' })).copyMemory());
      return isTransparent(small)
        ? { content: small.writeToBuffer('.png', { keep: 'none' }), contentType: 'image/png' }
        : { content: small.writeToBuffer('.jpg', { Q: 80, keep: 'none' }), contentType: 'image/jpeg' };
    });
  } finally {
    for (const image of open) image.delete();
  }
}

/** Many formats always have an alpha channel; it matters only if something shines through. */
function isTransparent(image: Image): boolean {
  if (!image.hasAlpha()) return false;
  const alpha = image.extractBand(image.bands - 1);
  try {
    return alpha.min() < 255;
  } finally {
    alpha.delete();
  }
}

/** What libvips throws is no Error, and its words are for developers. */
function decoding<T>(work: () => T): T {
  try {
    return work();
  } catch {
    throw new UnreadableImage('It is no JPEG, PNG, WebP or GIF that can be read');
  }
}
