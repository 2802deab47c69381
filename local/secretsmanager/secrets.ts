import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { ServiceError } from '../gate/json-api.ts';
import { tryParse } from '../shared/json.ts';
import { arn, stableId } from '../template/names.ts';

const Version = z.object({ id: z.string(), text: z.string() });
const Secret = z.object({
  name: z.string(),
  /** Epoch seconds, as in the API. */
  created: z.number(),
  current: Version,
  previous: z.optional(Version),
  /** The time of its deletion, epoch seconds. Its name stays reserved, and its value cannot be read. */
  deleted: z.optional(z.number()),
});
type Secret = z.output<typeof Secret>;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The ARN of a secret ends with six generated letters, which distinguish it from a deleted secret of that name. */
export const secretArn = (name: string) => arn('secretsmanager', `secret:${name}-${stableId(name, 6, LETTERS)}`);

/** The secrets and their values: in a file if state is kept between runs, otherwise in memory. */
export class Secrets {
  readonly #file: string | undefined;
  readonly #byName: Map<string, Secret>;

  /** @param given initial secrets by name; stored secrets of the same name take precedence */
  constructor(file: string | undefined, given: Readonly<Record<string, string>>) {
    this.#file = file;
    const content = file && existsSync(file) ? tryParse(readFileSync(file, 'utf8')) : undefined;
    const kept = z.safeParse(z.array(Secret), content);
    this.#byName = new Map((kept.success ? kept.data : []).map((secret) => [secret.name, secret]));
    for (const [name, text] of Object.entries(given)) if (!this.#byName.has(name)) this.create(name, text);
  }

  /** The name of a secret id, which is a name or an ARN. */
  nameOf(id: string): string {
    return [...this.#byName.keys()].find((name) => secretArn(name) === id) ?? id;
  }

  create(name: string, text: string): Secret {
    if (this.#byName.get(name)?.deleted !== undefined) throw scheduledForDeletion();
    if (this.#byName.has(name)) {
      const message = `The operation failed because the secret ${name} already exists.`;
      throw new ServiceError('ResourceExistsException', message);
    }
    return this.#put({ name, created: Date.now() / 1000, current: { id: randomUUID(), text } });
  }

  get(name: string): Secret {
    const secret = this.#byName.get(name);
    if (secret?.deleted !== undefined) throw markedForDeletion();
    if (secret) return secret;
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  replace(name: string, text: string): Secret {
    const { current, ...secret } = this.get(name);
    return this.#put({ ...secret, current: { id: randomUUID(), text }, previous: current });
  }

  /** Deletes a secret, either at once or so that it can be restored. Until then, its name stays reserved. */
  delete(name: string, atOnce: boolean): void {
    const secret = this.#byName.get(name);
    if (atOnce) this.#byName.delete(name);
    else if (secret) secret.deleted = Date.now() / 1000;
    else this.get(name);
    this.#save();
  }

  restore(name: string): void {
    const { deleted: _, ...secret } = this.#byName.get(name) ?? this.get(name);
    this.#put(secret);
  }

  #put(secret: Secret): Secret {
    this.#byName.set(secret.name, secret);
    this.#save();
    return secret;
  }

  #save(): void {
    if (this.#file) writeFileSync(this.#file, JSON.stringify([...this.#byName.values()], null, 2), { mode: 0o600 });
  }
}

const scheduledForDeletion = () =>
  new ServiceError(
    'InvalidRequestException',
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
  );

const markedForDeletion = () =>
  new ServiceError(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
