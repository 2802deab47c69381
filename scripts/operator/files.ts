import { readFile } from 'node:fs/promises';

/** What a file holds that was named on the command line. @throws naming it */
export async function readNamedFile(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? `There is no file ${path}` : `${path} cannot be read: ${error.message}`);
  });
}
