import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { matchesAction, matchesArn } from './patterns.ts';
import type { Statement } from './policy.ts';

/** One action on one resource, as written in the policies of a role. */
export interface Grant {
  role: string;
  action: string;
  resource: string;
}

/** The grants of statements. A statement with NotResource is one grant for each action. */
export function grantsOf(role: string, statements: readonly Statement[]): Grant[] {
  return statements.flatMap(({ effect, actions, resources }) =>
    effect === 'Deny'
      ? []
      : patterns(actions).flatMap((action) => patterns(resources).map((resource) => ({ role, action, resource }))),
  );
}

/** The grants that a request uses. */
export function grantsUsed(grants: readonly Grant[], request: { action: string; resource: string }): Grant[] {
  return grants.filter(
    ({ action, resource }) =>
      matches(action, (pattern) => matchesAction(pattern, request.action)) &&
      matches(resource, (pattern) => matchesArn(pattern, request.resource)),
  );
}

const NOT = 'not ';
const OR = ' or ';

function patterns({ match, patterns }: Statement['actions']): string[] {
  return match ? patterns : [`${NOT}${patterns.join(OR)}`];
}

function matches(written: string, test: (pattern: string) => boolean): boolean {
  return written.startsWith(NOT) ? !written.slice(NOT.length).split(OR).some(test) : test(written);
}

/** Records each used grant once, as a line of JSON in a file of this process. */
export function grantRecorder(directory: string): (grant: Grant) => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${process.pid}.jsonl`);
  const known = new Set<string>();
  return (grant) => {
    const line = JSON.stringify(grant);
    if (known.has(line)) return;
    known.add(line);
    appendFileSync(file, `${line}\n`);
  };
}
