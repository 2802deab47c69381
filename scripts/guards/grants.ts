/** Tells which grants of the functions nobody has made use of: run the whole suite with MACAW_GRANTS=DIR first. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Grant } from '../../local/iam/grants.ts';
import { loadRoles } from '../../local/iam/roles.ts';
import { loadModel } from '../../local/template/model.ts';
import { DEMO_PARAMETERS } from '../demo.ts';
import { synthesize } from '../synth.ts';

/** What functions are granted, but do not do themselves: actions that no gate ever sees, and who does it for them. */
const OUT_OF_SIGHT = [
  {
    role: /./,
    action: /^logs:(CreateLogStream|PutLogEvents)$/,
    why: 'Lambda writes what a function prints, in its name',
  },
  { role: /./, action: /^xray:Put/, why: 'Lambda sends the traces of a function, in its name' },
  { role: /Seed/, action: /^sqs:SendMessage$/, why: 'it can fail only while a stack is deployed, which ends there' },
];

/**
 * SNS tells nowhere whether it asks for a platform application or for an endpoint in it. So both are granted, and the
 * local cloud asks for one.
 */
const other = ({ resource, ...grant }: Grant): Grant => ({
  ...grant,
  resource: resource.replace(
    /^(arn:[^:]+:sns:.*:)(app|endpoint)(?=\/)/,
    (_, service: string, kind: string) => `${service}${kind === 'app' ? 'endpoint' : 'app'}`,
  ),
});

const directory = process.env.MACAW_GRANTS;
if (!directory) {
  console.error('Nothing was recorded: run the whole suite with MACAW_GRANTS=DIR, then this with the same');
  process.exit(2);
}
const used = new Set(
  readdirSync(directory).flatMap((file) => readFileSync(join(directory, file), 'utf8').trim().split('\n')),
);

const assembly = mkdtempSync(join(tmpdir(), 'macaw-grants-'));
process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));
await synthesize(assembly);
const granted = [...loadRoles(loadModel(assembly, DEMO_PARAMETERS)).values()].flatMap((role) => role.grants());

const tally = new Map<string, number>();
const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);
const unused = granted.filter((grant) => {
  const hidden = OUT_OF_SIGHT.find(({ role, action }) => role.test(grant.role) && action.test(grant.action));
  if (used.has(JSON.stringify(grant))) count('used by a test');
  else if (hidden) count(`out of sight (${hidden.why})`);
  else if (used.has(JSON.stringify(other(grant))))
    count('used on the endpoint or the application, whichever SNS asks for');
  else return true;
  return false;
});
for (const [what, grants] of tally) console.log(`${String(grants).padStart(4)} grants ${what}`);
for (const { role, action, resource } of unused) console.log(`  UNUSED  ${role}: ${action} on ${resource}`);
console.log(`${unused.length} grants that no test has made use of`);
process.exit(unused.length === 0 ? 0 : 1);
