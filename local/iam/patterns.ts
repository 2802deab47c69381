const compiled = new Map<string, RegExp>();

/** IAM wildcards: `*` matches any sequence, `?` exactly one character. Everything else is literal. */
export function matchesPattern(pattern: string, value: string, ignoreCase = false): boolean {
  if (!/[*?]/.test(pattern)) {
    return ignoreCase ? pattern.toLowerCase() === value.toLowerCase() : pattern === value;
  }
  const key = `${ignoreCase ? 'i' : 's'}${pattern}`;
  let regex = compiled.get(key);
  if (!regex) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.');
    regex = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
    compiled.set(key, regex);
  }
  return regex.test(value);
}

/** Actions are case-insensitive. */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesPattern(pattern, action, true);
}

/**
 * ARNs are compared part by part. A wildcard does not match a colon, except in the last part.
 * A pattern with fewer than six parts is completed with wildcards, as IAM does.
 */
export function matchesArn(pattern: string, value: string): boolean {
  if (pattern === '*') return true;
  const patternParts = splitArn(pattern);
  while (patternParts.length < 6) patternParts.push('*');
  const valueParts = splitArn(value);
  return (
    patternParts.length === valueParts.length &&
    patternParts.every((part, i) => matchesPattern(part, valueParts[i] ?? ''))
  );
}

function splitArn(text: string): string[] {
  const parts = text.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
