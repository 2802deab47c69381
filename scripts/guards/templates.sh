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
for context in stage=prod stage=other; do
  npx cdk synth --quiet --context "$context" --output "$out/$context" >/dev/null
done
# W3005: the CDK writes dependencies that CloudFormation would find by itself.
cfn-lint --ignore-checks W3005 -- "$out"/*/*.template.json
echo 'cfn-lint has nothing to say about the templates'
