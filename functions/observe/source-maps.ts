import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const maps = new Map<string, SourceMap | undefined>();

/** The map beside a bundle. */
function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) {
    const path = `${file}.map`;
    maps.set(file, existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined);
  }
  return maps.get(file);
}

const pathOf = (place: string) => (place.startsWith('file:') ? fileURLToPath(place) : place);

function describe(frame: NodeJS.CallSite): string {
  const name = frame.getFileName();
  if (!name || frame.isNative()) return String(frame);
  const file = pathOf(name);
  const entry = mapOf(file)?.findEntry((frame.getLineNumber() ?? 1) - 1, (frame.getColumnNumber() ?? 1) - 1);
  if (!entry || !('originalSource' in entry)) return String(frame);
  const source = resolve(dirname(file), pathOf(entry.originalSource));
  const place = `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  const called = 'name' in entry && typeof entry.name === 'string' ? entry.name : frame.getFunctionName();
  return called ? `${frame.isAsync() ? 'async ' : ''}${called} (${place})` : place;
}

/**
 * Has stack traces name places of the source. `node --enable-source-maps` reads the map of a bundle whenever it loads
 * the bundle, which makes a cold start a fifth longer. Here, the map is read for the first error.
 */
export function enableSourceMaps(): void {
  Error.prepareStackTrace = (error, frames) =>
    [String(error), ...frames.map((frame) => `    at ${describe(frame)}`)].join('\n');
}
