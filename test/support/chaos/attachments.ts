import { expect } from 'vitest';
import { picture } from '../../attachments/images.ts';
import { announce, put, read, Upload } from '../../attachments/uploads.ts';

const MOST_ATTEMPTS = 30;

/** The images that users uploaded, and how often they asked for it. */
export class Attachments {
  /** Requests for an upload. */
  asked = 0;
  /** Those with an answer. */
  permitted = 0;
  /** The URLs of each image and its thumbnail. */
  readonly #uploaded: (readonly string[])[] = [];
  readonly #origin: string;
  readonly #content = picture('.png', 40, 20);

  constructor(origin: string) {
    this.#origin = origin;
  }

  /**
   * Uploads an image. Repeats what fails.
   * @param twice also repeats the upload itself, as after a lost answer
   * @returns the URL of the image
   */
  async upload(twice: boolean): Promise<string> {
    const upload = await this.#prepare();
    await this.#put(upload, 200);
    if (twice) await this.#put(upload, 412);
    this.#uploaded.push(upload.urls);
    return String(upload.urls[0]);
  }

  /** Each image is stored as it was uploaded, and has a thumbnail. */
  async check(): Promise<void> {
    for (const [image, thumbnail] of this.#uploaded) {
      const stored = await read(image);
      expect(stored.status, image).toBe(200);
      expect(Buffer.from(stored.content).equals(this.#content), image).toBe(true);
      const small = await read(thumbnail);
      expect(small.status, thumbnail).toBe(200);
      expect(small.header('content-type'), thumbnail).toMatch(/^image\//);
    }
  }

  async #prepare(): Promise<Upload> {
    const file = { filename: 'photo.png', contentType: 'image/png', size: this.#content.length };
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      this.asked += 1;
      const { status, body } = await announce(this.#origin, file);
      if (status === 200) {
        this.permitted += 1;
        return Upload.parse(body);
      }
      if (status < 500) throw new Error(`POST /attachment: ${status} ${JSON.stringify(body)}`);
    }
    throw new Error(`POST /attachment failed ${MOST_ATTEMPTS} times`);
  }

  /** S3 answers 503 when it throttles, and then stores nothing. */
  async #put(upload: Upload, expected: number): Promise<void> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const response = await put(upload, this.#content);
      if (response.status === expected) return;
      if (response.status !== 503) throw new Error(`PUT: ${response.status} ${await response.text()}`);
    }
    throw new Error(`PUT failed ${MOST_ATTEMPTS} times`);
  }
}
