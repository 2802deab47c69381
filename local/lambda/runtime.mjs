// Runs in an execution environment: a worker thread that loads the bundle of one function and handles one event at a
// time. It is JavaScript, because workers do not inherit the TypeScript loader of the parent.
import { existsSync, readFileSync } from 'node:fs';
import Module from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { enableSourceMaps } from './source-maps.mjs';

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

const { taskRoot, handlerName, context, nodeOptions } = workerData;
if (nodeOptions !== undefined) process.env.NODE_OPTIONS = nodeOptions;
if (/--enable-source-maps/.test(nodeOptions)) enableSourceMaps();

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

function requireCommonJs(file) {
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(dirname(file));
  module._compile(readFileSync(file, 'utf8'), file);
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

try {
  const handler = await loadHandler();
  parentPort.on('message', async (invocation) => {
    try {
      const result = await invoke(handler, JSON.parse(invocation.event), invocation);
      parentPort.postMessage({ ok: true, payload: JSON.stringify(result) ?? 'null' });
    } catch (error) {
      parentPort.postMessage({ ok: false, error: describeError(error) });
    }
  });
  parentPort.postMessage({ ready: true });
} catch (error) {
  parentPort.postMessage({ ok: false, error: describeError(error), init: true });
}
