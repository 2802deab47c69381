import crypto from 'node:crypto';
import querystring from 'node:querystring';
import { createContext, Script } from 'node:vm';
import * as z from 'zod/mini';
import { tryParse } from '../shared/json.ts';
import type { Log } from '../shared/log.ts';
import { type Resource, readProperties } from '../template/model.ts';
import { strict } from '../template/schema.ts';

/** The time limit of a CloudFront Function. CloudFront allows about a millisecond, on a less busy machine. */
const TIMEOUT_MS = 1000;
const CODE_BYTES = 10 * 1024;

const functionSchema = strict({
  Name: z.string(),
  FunctionCode: z.string(),
  FunctionConfig: strict({ Comment: z.string(), Runtime: z.literal('cloudfront-js-2.0') }),
  AutoPublish: z.literal(true),
  FunctionMetadata: z.optional(z.unknown()),
  Tags: z.optional(z.unknown()),
});

/** The modules that `require` can load. */
const MODULES: Record<string, unknown> = { crypto, querystring, buffer: { Buffer } };

/** The imports at the start of the code. CloudFront accepts them nowhere else. */
const IMPORTS = /^(\s*import\s+\w+\s+from\s+(['"])\w+\2;?)+/;
const IMPORT = /import\s+(\w+)\s+from\s+['"](\w+)['"]/g;

/**
 * The code with its imports as declarations, because a script has none.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/helper-functions-origin-modification.html
 */
function withoutImports(code: string): string {
  return code.replace(IMPORTS, (imports) => imports.replace(IMPORT, "const $1 = $$local.imported('$2')"));
}

/**
 * Declares the code anew and calls its handler with the event. No variable keeps its value until the next event.
 * Microtasks run before this returns, and there are no other tasks.
 */
const wrapped = (code: string) => `'use strict'; (() => {${code}
;Promise.resolve(JSON.parse($local.event)).then(handler).then(
  (result) => $local.done(JSON.stringify(result)),
  (error) => $local.fail(error),
);})()`;

/** How the code reports to this process. */
interface Local {
  readonly event: string;
  readonly imported: (module: string) => object;
  readonly done: (result: string | undefined) => void;
  readonly fail: (error: unknown) => void;
}

export class EdgeFunction {
  readonly id: string;
  readonly #script: Script;
  /** The global object. It is created once, because a new context takes over a millisecond. */
  readonly #world: { $local?: Local };
  readonly #log: Log;

  /** @throws if the code is invalid or exceeds CloudFront's limit */
  constructor(resource: Resource, log: Log) {
    const { FunctionCode: code } = readProperties(resource, functionSchema);
    const bytes = Buffer.byteLength(code);
    if (bytes > CODE_BYTES)
      throw new Error(`${resource.where}: CloudFront takes ${CODE_BYTES} bytes of code, not ${bytes}`);
    this.id = resource.logicalId;
    this.#log = log;
    try {
      this.#script = new Script(wrapped(withoutImports(code)), { filename: `${resource.logicalId}.js` });
    } catch (error) {
      throw new Error(`${resource.where}: ${String(error)}`);
    }
    const print = (...values: unknown[]): void => {
      const text = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' ');
      this.#log({ kind: 'output', functionId: this.id, stream: 'stdout', text });
    };
    this.#world = createContext(
      {
        console: { log: print, error: print },
        require: (name: string) => MODULES[name],
        Buffer,
        TextDecoder,
        TextEncoder,
        atob,
        btoa,
      },
      { microtaskMode: 'afterEvaluate' },
    );
  }

  /**
   * Runs the handler and parses its result with `read`. Logs a failure and returns undefined.
   * @param selectOrigin selects an origin by its id. It throws for an unknown id. Undefined if there is no choice
   */
  run<T>(
    event: object,
    requestId: string,
    read: (result: unknown) => T | undefined,
    selectOrigin?: (id: unknown) => void,
  ): T | undefined {
    let result: string | undefined;
    let failure: unknown = new Error('The function returned no result');
    this.#world.$local = {
      event: JSON.stringify(event),
      imported: (module) => importable(module, selectOrigin),
      done: (text) => {
        result = text;
      },
      fail: (error) => {
        failure = error;
      },
    };
    try {
      this.#script.runInContext(this.#world, { timeout: TIMEOUT_MS });
    } catch (error) {
      failure = error;
    }
    const value = result === undefined ? undefined : read(tryParse(result));
    if (value !== undefined) return value;
    if (result !== undefined)
      failure = new TypeError(`The result is neither a request nor a response: ${result.slice(0, 500)}`);
    const [errorType = 'Error', ...message] = String(failure).split(': ');
    const errorMessage = message.join(': ');
    this.#log({
      kind: 'failure',
      functionId: this.id,
      requestId,
      trigger: 'cloudfront',
      errorType,
      errorMessage,
      trace: [],
    });
    return undefined;
  }
}

/** A module that code can import. The local cloud implements one function of one module. */
function importable(module: string, selectOrigin: ((id: unknown) => void) | undefined): object {
  if (module !== 'cloudfront') throw new Error(`The local cloud does not implement the module ${module}`);
  return {
    selectRequestOriginById(id: unknown, overrides?: unknown) {
      if (!selectOrigin) throw new Error('Only viewer-request functions select an origin');
      if (overrides !== undefined) throw new Error('The local cloud does not implement overrides of an origin');
      selectOrigin(id);
    },
  };
}
