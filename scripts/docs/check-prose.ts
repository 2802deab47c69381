/** Checks the prose of all Markdown files, or of the given files. Exit code 1 means that there are problems. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { checkProse } from './prose.ts';

const named = process.argv.slice(2);
const tracked = () => execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' }).trim().split('\n');

let problems = 0;
for (const file of named.length > 0 ? named : tracked()) {
  for (const problem of await checkProse(readFileSync(file, 'utf8'))) {
    problems += 1;
    console.error(`${file}:${problem}`);
  }
}
if (problems > 0) {
  console.error(`${problems} prose problems found; .textlintrc.json contains the rules`);
  process.exitCode = 1;
}
