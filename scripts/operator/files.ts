import { readFile } from 'node:fs/promises';

/** Reads a file that the command line names. @throws an error that names the file */
export async function readNamedFile(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? `There is no file ${path}` : `${path} cannot be read: ${error.message}`);
  });
}
