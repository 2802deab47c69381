#!/usr/bin/env bash
# Fails for a known vulnerability, high or critical, in what is deployed. Not every registry knows of vulnerabilities.
set -euo pipefail
cd "$(dirname "$0")/../.."

if report=$(npm audit --omit=dev --audit-level=high --loglevel=error 2>&1); then
  echo 'No package that is deployed has a known vulnerability that is high or critical'
elif grep -q 'audit endpoint returned an error' <<<"$report"; then
  echo 'The registry here does not tell of vulnerabilities: the packages are not audited'
else
  echo "$report"
  exit 1
fi
