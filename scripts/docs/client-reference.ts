import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The modules with public declarations, in the order of the reference. */
const MODULES = [
  ['client', 'Client'],
  ['conversation', 'Conversations'],
  ['model', 'State and messages'],
  ['machine', 'Status of the connection'],
  ['credentials', 'Logins'],
  ['upload', 'Files'],
  ['resources', 'REST requests by subject'],
  ['rest', 'All REST requests'],
  ['errors', 'Errors'],
  ['platform', 'React Native'],
  ['storage', 'Storage of unsent messages'],
  ['indexed-db', 'IndexedDB'],
  ['store', 'Store'],
  ['react', 'React: `macaw-client/react`'],
  ['admin', 'Servers: `macaw-client/admin`'],
] as const;

export const CLIENT = fileURLToPath(new URL('../../client', import.meta.url));

export const REFERENCE = fileURLToPath(new URL('../../docs/reference/sdk.md', import.meta.url));

const HEAD = `# TypeScript SDK

This page lists the public declarations of \`macaw-client\`. \`npm run docs:client\` generates it from the source.
The [guide](../how-to/sdk.md) shows how to use them. [REST](rest.md) describes the requests, [errors](errors.md) the codes above 0.
`;

/** Compiles the client to `client/dist`, as for a publication. */
export function compileClient(): void {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', CLIENT]);
}

/** Generates the reference from the declarations that the compiler wrote. */
export function currentReference(): string {
  const read = (name: string) => readFileSync(join(CLIENT, 'dist', `${name}.d.ts`), 'utf8');
  const exported = new Set(['index', 'react', 'admin'].flatMap((name) => exportedBy(read(name))));
  const sections = MODULES.map(([file, title]) => {
    const declarations = split(read(file)).filter((text) => exported.has(nameOf(text)));
    return `## ${title}\n\n\`\`\`ts\n${declarations.join('\n\n')}\n\`\`\`\n`;
  });
  return [HEAD, ...sections].join('\n');
}

/** The names that an entry exports: its own, and those of other modules in braces. */
const exportedBy = (text: string) => [
  ...split(text).map(nameOf),
  ...[...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []),
];

const nameOf = (declaration: string) =>
  /^export (?:declare )?(?:const|class|function|interface|type) (\w+)/m.exec(declaration)?.[1] ?? '';

/** The exported declarations of a file, each with its comment. */
function split(text: string): string[] {
  return (
    text
      .replace(/^ {4}#private;\n/gm, '')
      .replaceAll(/import\("[^"]+"\)\./g, '')
      .replaceAll('    ', '  ')
      .match(
        /(?:^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^export (?!\{|type \{|\*)[\s\S]*?(?=^(?:\/\*\*|export|type|declare|interface|import)|(?![\s\S]))/gm,
      )
      ?.map((declaration) => declaration.trim().replace(/^export (declare )?/m, 'export ')) ?? []
  );
}
