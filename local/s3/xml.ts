const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** An XML document whose root contains only text elements. */
export function xml(root: string, elements: Record<string, string>): string {
  const inner = Object.entries(elements).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner.join('')}</${root}>`;
}

function escapeXml(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
      // Line breaks and tabs become references. XML does not allow other control characters.
      .replace(/\p{Cc}/gu, (character) =>
        /[\r\t\n]/.test(character) ? `&#x${character.charCodeAt(0).toString(16)};` : '\ufffd',
      )
  );
}
