import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const maps = new Map<string, SourceMap | undefined>();

/** The map beside a bundle. */
function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) {
    // A map that cannot be read is not tried again.
    maps.set(file, undefined);
    const path = `${file}.map`;
    if (existsSync(path)) maps.set(file, new SourceMap(JSON.parse(readFileSync(path, 'utf8'))));
  }
  return maps.get(file);
}

interface Origin {
  /** Path, line and column. */
  readonly place: string;
  /** What the source calls there: the function of the frame before. */
  readonly called: string | undefined;
}

function originOf(frame: NodeJS.CallSite): Origin | undefined {
  const file = frame.getFileName();
  if (!file || frame.isNative()) return undefined;
  try {
    const entry = mapOf(file)?.findEntry((frame.getLineNumber() ?? 1) - 1, (frame.getColumnNumber() ?? 1) - 1);
    if (!entry || !('originalSource' in entry) || entry.originalSource === undefined) return undefined;
    const source = fileURLToPath(new URL(entry.originalSource, pathToFileURL(file)));
    const called = 'name' in entry && typeof entry.name === 'string' ? entry.name : undefined;
    return { place: `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`, called };
  } catch {
    return undefined;
  }
}

function describe(frame: NodeJS.CallSite, origin: Origin | undefined, name: string | undefined): string {
  if (!origin) return String(frame);
  const called = name ?? frame.getFunctionName();
  return called ? `${frame.isAsync() ? 'async ' : ''}${called} (${origin.place})` : origin.place;
}

function headline(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

/**
 * Formats a stack trace with places and names of the source. `node --enable-source-maps` does the same, but reads the map
 * of a bundle whenever it loads the bundle, which makes a cold start a fifth longer. Here, the first error reads it.
 * Never throws.
 */
export function formatStack(error: Error, frames: readonly NodeJS.CallSite[]): string {
  const origins = frames.map(originOf);
  const lines = frames.map((frame, n) => `    at ${describe(frame, origins[n], origins[n + 1]?.called)}`);
  return [headline(error), ...lines].join('\n');
}
