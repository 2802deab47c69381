import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The Markdown files of the project, including uncommitted ones. */
export const markdownFiles = () =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { encoding: 'utf8' })
    .trim()
    .split('\n');

export const read = (file: string) => readFileSync(file, 'utf8');

const withoutFences = (text: string) => text.replace(/^[ \t]*```[\s\S]*?^[ \t]*```$/gm, '');

/** The link targets of a text, except those in code. */
export const linksOf = (text: string) =>
  [
    ...withoutFences(text)
      .replace(/`[^`\n]*`/g, 'code')
      .matchAll(/\]\(<?([^)\s>]+)>?\)/g),
  ].map(([, target = '']) => target);

/** The anchors of a page, in GitHub's format for headings. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The commands of a page's indented blocks, with continued lines joined. */
export const commandsOf = (text: string) =>
  withoutFences(text)
    .replaceAll(/\\\n\s+/g, '')
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.trim().replace(/\s+# .*$/, ''));
