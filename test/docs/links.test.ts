import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf, markdownFiles, read } from './markdown.ts';

/** Links of a page to missing targets in the project. */
function deadLinks(file: string): string[] {
  return linksOf(read(file)).filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const page = path === '' ? file : normalize(join(dirname(file), path));
    return !existsSync(page) || (anchor !== undefined && !anchorsOf(read(page)).has(anchor));
  });
}

describe('a link in the documentation', () => {
  it.each(markdownFiles())('leads to a file and heading that exist: %s', (file) => {
    expect(deadLinks(file)).toEqual([]);
  });
});

it('the index links to every page', () => {
  const linked = new Set(
    linksOf(read('docs/README.md')).map((target) => normalize(join('docs', target.split('#')[0] ?? ''))),
  );
  const pages = markdownFiles().filter((file) => /^docs\/(?!README|decisions\/)/.test(file));
  expect(pages.filter((page) => !linked.has(page))).toEqual([]);
  expect(linked).toContain('docs/decisions/README.md');
});

/** It names files of MaxIM's SDK. */
const OTHER_PROJECT = 'docs/how-to/maxim-apps.md';

it.each(markdownFiles().filter((file) => file !== OTHER_PROJECT))('files named in %s exist', (file) => {
  const named = [...read(file).matchAll(/`((?:bin|lib|functions|local|scripts|test|bench|examples)\/[\w./-]+)`/g)];
  expect(named.map(([, path = '']) => path).filter((path) => !existsSync(path))).toEqual([]);
});
