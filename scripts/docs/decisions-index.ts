import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DIRECTORY = new URL('../../docs/decisions/', import.meta.url);

interface Decision {
  readonly file: string;
  readonly number: string;
  readonly title: string;
  readonly status: string;
}

/** The decision records, sorted by number. @throws when a record has no heading or status */
export function decisions(): Decision[] {
  const files = readdirSync(DIRECTORY).filter((file) => /^\d{4}-.*\.md$/.test(file));
  return files.toSorted().map((file) => {
    const text = readFileSync(new URL(file, DIRECTORY), 'utf8');
    const [, title] = /^# (?:\d+\. )?(.+)$/m.exec(text) ?? [];
    const [, status] = /^Status: (.+)$/m.exec(text) ?? [];
    if (!title || !status) throw new Error(`docs/decisions/${file}: expected a heading and a line "Status: …"`);
    return { file, number: String(Number(file.slice(0, 4))), title, status };
  });
}

/** The files that contain an index, and the relative path from there to the records. */
const INDEXES = [
  { path: '../../docs/decisions/README.md', prefix: '' },
  { path: '../../ARCHITECTURE.md', prefix: 'docs/decisions/' },
];

const SECTION = /(<!-- decisions -->\n\n)[\s\S]*?(<!-- \/decisions -->)/;

/** Each file that contains an index, with its current text. */
export function currentIndexes(): { path: string; text: string }[] {
  return INDEXES.map(({ path, prefix }) => {
    const file = fileURLToPath(new URL(path, import.meta.url));
    const rows = decisions().map(({ number, title, file: record, status }) => {
      const linked = status.replaceAll('](', `](${prefix}`);
      return `| ${number} | [${title}](${prefix}${record}) | ${linked} |`;
    });
    const table = ['| no. | decision | status |', '|---|---|---|', ...rows].join('\n');
    const text = readFileSync(file, 'utf8').replace(SECTION, (_, before, after) => `${before}${table}\n\n${after}`);
    return { path: file, text };
  });
}
