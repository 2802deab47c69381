#!/usr/bin/env bash
# Has cfn-lint, a second judge, look at the templates of both configurations.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v cfn-lint >/dev/null; then
  echo 'There is no cfn-lint here: the templates are not looked at by it (pip install cfn-lint)'
  exit 0
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for configuration in none test/stacks/full.json; do
  CDK_VALIDATION=false npx cdk synth --quiet --context configuration="$configuration" --output "$out/${configuration//\//-}" >/dev/null
done
# W3005: the CDK writes dependencies that CloudFormation would find by itself.
cfn-lint --ignore-checks W3005 -- "$out"/*/*.template.json
echo 'cfn-lint has nothing to say about the templates'
