import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { tryParse } from '../shared/json.ts';
import { json } from '../template/schema.ts';

const createdSchema = z.object({ physicalId: z.string(), properties: z.record(z.string(), json) });

export type Created = z.output<typeof createdSchema>;

/** The existing custom resources: in a file if state is kept between runs, otherwise in memory. */
export class Memory {
  readonly #file: string | undefined;
  readonly #created: Record<string, Created>;

  constructor(file: string | undefined) {
    this.#file = file;
    const content = file && existsSync(file) ? tryParse(readFileSync(file, 'utf8')) : {};
    const parsed = z.safeParse(z.record(z.string(), createdSchema), content);
    this.#created = parsed.success ? parsed.data : {};
  }

  recall(resource: string): Created | undefined {
    return this.#created[resource];
  }

  remember(resource: string, created: Created): void {
    this.#created[resource] = created;
    if (this.#file) writeFileSync(this.#file, JSON.stringify(this.#created, null, 2));
  }
}
