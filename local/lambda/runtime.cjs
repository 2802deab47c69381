// Runs in an execution environment: a worker thread that loads the bundle of one function and handles one event at a
// time. It is JavaScript, because workers do not inherit the TypeScript loader of the parent. It is CommonJS, which starts
// faster.
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { constants, Script } = require('node:vm');
const { parentPort, workerData } = require('node:worker_threads');

// Suppresses the SDK's warning about Node.js versions, which each worker would print.
const emitWarning = process.emitWarning;
process.emitWarning = (warning, ...rest) => {
  if (/AWS SDK/.test(String(warning))) return;
  Reflect.apply(emitWarning, process, [warning, ...rest]);
};

// Output uses the same channel as results, so that it is logged before the invocation ends.
for (const stream of ['stdout', 'stderr']) {
  process[stream].write = (chunk, encoding, done) => {
    parentPort.postMessage({ stream, text: String(chunk) });
    const written = typeof encoding === 'function' ? encoding : done;
    written?.();
    return true;
  };
}

const { taskRoot, handlerName, context, compiled } = workerData;

/** A CommonJS bundle that no earlier environment compiled. @type {{ hash: string, script: Script } | undefined} */
let uncompiled;

async function loadHandler() {
  const dot = handlerName.lastIndexOf('.');
  const base = join(taskRoot, handlerName.slice(0, dot));
  const file = ['.js', '.mjs', '.cjs'].map((extension) => base + extension).find((path) => existsSync(path));
  if (!file) {
    throw Object.assign(new Error(`Cannot find module '${base}'`), { name: 'Runtime.ImportModuleError' });
  }
  const loaded = isCommonJs(file) ? requireCommonJs(file) : await import(pathToFileURL(file).href);
  const handler = loaded[handlerName.slice(dot + 1)];
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${handlerName} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  return handler;
}

/** As on AWS, a bundle without its own package.json is CommonJS. */
function isCommonJs(file) {
  if (!file.endsWith('.js')) return file.endsWith('.cjs');
  const description = join(taskRoot, 'package.json');
  return !existsSync(description) || JSON.parse(readFileSync(description, 'utf8')).type !== 'module';
}

/** As the loader of Node.js does, but with the code that another environment of the function compiled. */
function requireCommonJs(file) {
  const source = readFileSync(file, 'utf8');
  const hash = createHash('sha256').update(source).digest('base64');
  // The added line has the number 0.
  const wrapped = `(function (exports, require, module, __filename, __dirname) {\n${source}\n})`;
  const script = new Script(wrapped, {
    filename: file,
    lineOffset: -1,
    // V8 compares the length of the source only.
    cachedData: compiled?.hash === hash ? compiled.code : undefined,
    // Node.js 20.12 or later.
    importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  // In Node.js 20, dynamic imports fail in code that another environment compiled.
  if (script.cachedDataRejected !== false && !/\bimport\s*\(/.test(source)) uncompiled = { hash, script };
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return module.exports;
}

function describeError(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function invoke(handler, event, invocation) {
  return new Promise((resolve, reject) => {
    const done = (error, result) => (error ? reject(error) : resolve(result));
    const lambdaContext = {
      ...context,
      awsRequestId: invocation.requestId,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
    };
    const result = handler(event, lambdaContext, done);
    if (typeof result?.then === 'function') result.then(resolve, reject);
    else if (handler.length < 3) resolve(result);
  });
}

loadHandler().then(
  (handler) => {
    parentPort.on('message', async (invocation) => {
      try {
        const result = await invoke(handler, JSON.parse(invocation.event), invocation);
        parentPort.postMessage({ ok: true, payload: JSON.stringify(result) ?? 'null' });
      } catch (error) {
        parentPort.postMessage({ ok: false, error: describeError(error) });
      }
      // Includes the functions that the first event needed.
      if (uncompiled !== undefined) {
        parentPort.postMessage({ compiled: { hash: uncompiled.hash, code: uncompiled.script.createCachedData() } });
      }
      uncompiled = undefined;
    });
    parentPort.postMessage({ ready: true });
  },
  (error) => parentPort.postMessage({ ok: false, error: describeError(error), init: true }),
);
