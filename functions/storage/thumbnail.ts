import type { Image } from 'wasm-vips';
import Vips from 'wasm-vips';

/** The longer side of a thumbnail, in pixels. */
const SIDE = 128;

/**
 * Maximum number of pixels according to the image header. Interlaced PNGs and progressive JPEGs are decoded completely
 * in memory. The memory of the function holds several images of this size.
 */
const MAX_PIXELS = 100_000_000;

/** The loaders of libvips for the supported formats. */
const LOADER = /^(jpeg|png|webp|gif)load/;

export interface Thumbnail {
  readonly content: Uint8Array;
  readonly contentType: 'image/jpeg' | 'image/png';
}

/** The reason why an image has no thumbnail. */
export class UnreadableImage extends Error {
  override readonly name = 'Unreadable';
}

// libvips as WebAssembly runs on arm64 in Lambda and on any development machine. An attack on its decoder stays inside
// the sandbox of its memory.
let loading: ReturnType<typeof Vips> | undefined;

/**
 * Creates an upright thumbnail with the original proportions: a PNG if it has transparent parts, otherwise a JPEG.
 * Small images keep their size. For an animation, it uses the first frame.
 * @throws UnreadableImage when the image is no JPEG, PNG, WebP or GIF, is damaged, or has more than 100 megapixels
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
    // Reads only the header.
    const { width, height, loader } = decoding(() => {
      const image = opened(vips.Image.newFromBuffer(file, '', { access: 'sequential' }));
      return { width: image.width, height: image.height, loader: image.getString('vips-loader') };
    });
    if (!LOADER.test(loader))
      throw new UnreadableImage('The image format is not supported; expected JPEG, PNG, WebP or GIF');
    if (width * height > MAX_PIXELS) {
      throw new UnreadableImage(`The image has ${width} × ${height} pixels; at most ${MAX_PIXELS} are allowed`);
    }
    return decoding(() => {
      // libvips decodes an image at each read. This image is read twice, so it is copied to memory.
      const small = opened(opened(vips.Image.thumbnailBuffer(file, SIDE, { height: SIDE, size: 'down' })).copyMemory());
      return isTransparent(small)
        ? { content: small.writeToBuffer('.png', { keep: 'none' }), contentType: 'image/png' }
        : { content: small.writeToBuffer('.jpg', { Q: 80, keep: 'none' }), contentType: 'image/jpeg' };
    });
  } finally {
    for (const image of open) image.delete();
  }
}

/** Many images have an alpha channel without transparent pixels. */
function isTransparent(image: Image): boolean {
  if (!image.hasAlpha()) return false;
  const alpha = image.extractBand(image.bands - 1);
  try {
    return alpha.min() < 255;
  } finally {
    alpha.delete();
  }
}

/** libvips throws values that are not errors, with texts for developers. */
function decoding<T>(work: () => T): T {
  try {
    return work();
  } catch {
    throw new UnreadableImage('The image is damaged or unsupported; expected JPEG, PNG, WebP or GIF');
  }
}
