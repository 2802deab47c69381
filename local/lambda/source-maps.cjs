// What `node --enable-source-maps` does, but lazily: Node.js parses the map of each module as it loads, which takes
// as long as loading the bundle itself. Here a map is read when a stack trace is first formatted.
const { existsSync, readFileSync } = require('node:fs');
const { SourceMap } = require('node:module');
const { dirname, resolve } = require('node:path');
const { fileURLToPath } = require('node:url');

/** @type {Map<string, SourceMap | undefined>} */
const maps = new Map();

function mapOf(file) {
  if (!maps.has(file)) {
    const path = `${file}.map`;
    maps.set(file, existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined);
  }
  return maps.get(file);
}

function describe(frame) {
  const name = frame.getFileName();
  if (typeof name !== 'string' || frame.isNative()) return String(frame);
  const file = name.startsWith('file:') ? fileURLToPath(name) : name;
  const entry = mapOf(file)?.findEntry(frame.getLineNumber() - 1, frame.getColumnNumber() - 1);
  if (entry?.originalSource === undefined) return String(frame);
  const source = entry.originalSource.startsWith('file:') ? fileURLToPath(entry.originalSource) : entry.originalSource;
  const place = `${resolve(dirname(file), source)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  const called = entry.name ?? frame.getFunctionName();
  return called ? `${frame.isAsync() ? 'async ' : ''}${called} (${place})` : place;
}

/** Has stack traces name the places in the sources of whatever is loaded from bundles. */
function enableSourceMaps() {
  Error.prepareStackTrace = (error, frames) =>
    [String(error), ...frames.map((f) => `    at ${describe(f)}`)].join('\n');
}

module.exports = { enableSourceMaps };
