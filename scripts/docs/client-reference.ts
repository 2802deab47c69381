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
  ['signals', 'Transient events'],
  ['resources', 'REST requests by subject: `macaw-client/resources`'],
  ['rest', 'All REST requests'],
  ['errors', 'Errors'],
  ['generated/codes', 'Codes of account requests'],
  ['platform', 'React Native'],
  ['storage', 'Storage of unsent messages'],
  ['indexed-db', 'IndexedDB: `macaw-client/indexed-db`'],
  ['store', 'Store'],
  ['react', 'React: `macaw-client/react`'],
  ['admin', 'Servers: `macaw-client/admin`'],
  ['webhook', 'Receivers of webhooks: `macaw-client/admin`'],
] as const;

export const CLIENT = fileURLToPath(new URL('../../client', import.meta.url));

export const REFERENCE = fileURLToPath(new URL('../../docs/reference/sdk.md', import.meta.url));

const HEAD = `# TypeScript SDK

This page lists the public declarations of \`macaw-client\`. \`npm run docs:client\` generates it from the source.
The [guide](../how-to/sdk.md) shows how to use them. [REST](rest.md) describes the requests, [errors](errors.md) the codes above 0.
The types of requests and responses, such as \`Routes\`, come from the schemas of the server. They are in \`client/src/generated/routes.ts\`.
`;

/** Compiles the client to `client/dist`, as for a publication. */
export function compileClient(): void {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', CLIENT]);
}

/** Generates the reference from the declarations that the compiler wrote. */
export function currentReference(): string {
  const exported = exportedNames();
  const sections = MODULES.map(([file, title]) => {
    const declarations = split(declarationsOf(file)).filter((text) => exported.has(nameOf(text)));
    return `## ${title}\n\n\`\`\`ts\n${declarations.join('\n\n')}\n\`\`\`\n`;
  });
  return [HEAD, ...sections].join('\n');
}

/** The names that apps can import, except those of generated routes. */
export const exportedNames = (): Set<string> =>
  new Set(['index', 'resources', 'react', 'indexed-db', 'admin'].flatMap((name) => exportedBy(declarationsOf(name))));

const declarationsOf = (name: string) => readFileSync(join(CLIENT, 'dist', `${name}.d.ts`), 'utf8');

/** The names that an entry exports: its own, and those of other modules in braces. */
const exportedBy = (text: string) => [
  ...split(text).flatMap((declaration) => nameOf(declaration) || []),
  ...[...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(
    ([, names = '']) => names.replaceAll(/\btype /g, '').match(/\w+/g) ?? [],
  ),
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
