import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const collectGarbage = (() => {
  setFlagsFromString('--expose_gc');
  return runInNewContext('gc') as () => void;
})();

/** The memory of this process in MB, after a garbage collection. Functions run in it, as threads. */
export function memory(): { readonly rss: number; readonly heap: number } {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { rss: Math.round(rss / 1e6), heap: Math.round((heapUsed + external) / 1e6) };
}
