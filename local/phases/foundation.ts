import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, type Limits } from '../apigateway/websocket/connection.ts';
import { PostQuota } from '../apigateway/websocket/post-quota.ts';
import { Chaos } from '../chaos.ts';
import type { CloudOptions } from '../cloud.ts';
import { Metrics } from '../cloudwatch/metrics.ts';
import { LogLines } from '../logs/lines.ts';
import { Activity } from '../shared/activity.ts';
import { CallLog } from '../shared/calls.ts';
import type { Log } from '../shared/log.ts';

/** What all phases share. */
export interface Foundation {
  readonly options: CloudOptions;
  readonly limits: Limits;
  readonly calls: CallLog;
  readonly activity: Activity;
  readonly metrics: Metrics;
  readonly lines: LogLines;
  readonly posts: PostQuota;
  readonly chaos: Chaos;
  readonly log: Log;
  readonly directories: Directories;
  readonly started: Started;
}

export function foundation(options: CloudOptions, started: Started): Foundation {
  const metrics = new Metrics();
  const lines = new LogLines();
  const limits = { ...LIMITS, ...options.limits };
  return {
    options,
    limits,
    calls: new CallLog(),
    activity: new Activity(),
    metrics,
    lines,
    posts: new PostQuota(limits),
    chaos: new Chaos(),
    log(entry) {
      metrics.read(entry);
      lines.read(entry);
      options.log?.(entry);
    },
    directories: new Directories(options, started),
    started,
  };
}

/** What has been started, to be stopped in reverse order. */
export class Started {
  readonly #ends: (() => Promise<void> | void)[] = [];

  /** @param end stops what has been started */
  add(end: () => Promise<void> | void): void {
    this.#ends.push(end);
  }

  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

/** Where files are kept between runs, and where they are not. */
export class Directories {
  readonly #dataDir: string | undefined;
  readonly #temporaryDir: string;
  readonly #started: Started;
  #scratch: string | undefined;

  constructor({ dataDir, temporaryDir = tmpdir() }: CloudOptions, started: Started) {
    if (dataDir) mkdirSync(dataDir, { recursive: true });
    this.#dataDir = dataDir;
    this.#temporaryDir = temporaryDir;
    this.#started = started;
  }

  /** The path of what is kept between runs; undefined when nothing is. */
  kept(name: string): string | undefined {
    return this.#dataDir && join(this.#dataDir, name);
  }

  /** A new directory that is deleted in the end. */
  temporary(name: string): string {
    const directory = mkdtempSync(join(this.#temporaryDir, `macaw-${name}-`));
    this.#started.add(() => rmSync(directory, { recursive: true, force: true }));
    return directory;
  }

  /** The one directory for the functions' own files, made when it is needed. */
  scratch(): string {
    this.#scratch ??= this.temporary('functions');
    return this.#scratch;
  }
}
