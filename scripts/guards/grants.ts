/** Lists IAM grants of functions that no test used. Run all tests with MACAW_GRANTS=DIR first. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Grant } from '../../local/iam/grants.ts';
import { loadRoles } from '../../local/iam/roles.ts';
import { loadModel } from '../../local/template/model.ts';
import { DEMO_PARAMETERS } from '../demo.ts';
import { synthesize } from '../synth.ts';

/** Grants that the gate cannot observe, because AWS services use them on behalf of functions. */
const OUT_OF_SIGHT = [
  {
    role: /./,
    action: /^logs:(CreateLogStream|PutLogEvents)$/,
    why: 'Lambda writes logs with the role of the function',
  },
  { role: /./, action: /^xray:Put/, why: 'Lambda sends traces with the role of the function' },
  { role: /Seed/, action: /^sqs:SendMessage$/, why: 'it can fail only during a deployment, which then ends' },
];

/**
 * SNS does not document whether it checks the platform application or the endpoint. So both are granted, and the
 * local cloud checks one.
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
  console.error('MACAW_GRANTS is not set: run all tests with MACAW_GRANTS=DIR, then this script with the same value');
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
  else if (hidden) count(`not observable (${hidden.why})`);
  else if (used.has(JSON.stringify(other(grant)))) count('used on the endpoint or the application');
  else return true;
  return false;
});
for (const [what, grants] of tally) console.log(`${String(grants).padStart(4)} grants ${what}`);
for (const { role, action, resource } of unused) console.log(`  UNUSED  ${role}: ${action} on ${resource}`);
console.log(`${unused.length} grants that no test used`);
process.exit(unused.length === 0 ? 0 : 1);
