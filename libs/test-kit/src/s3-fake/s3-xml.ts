/** Content of an element: text, or elements in their order. */
export type XmlContent = string | number | boolean | readonly (readonly [name: string, content: XmlContent])[];

/** A document of the S3 namespace. */
export function xmlDocument(name: string, content: XmlContent): string {
  const root = element(name, content).replace(`<${name}>`, `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
}

function element(name: string, content: XmlContent): string {
  if (Array.isArray(content)) {
    const children = (content as readonly (readonly [string, XmlContent])[]).map(([child, inner]) =>
      element(child, inner),
    );
    return `<${name}>${children.join('')}</${name}>`;
  }
  return `<${name}>${escapeText(String(content))}</${name}>`;
}

function escapeText(text: string): string {
  return text.replace(/[&<>"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The text of every element of that name, however deep. Enough for what S3 clients send. */
export function xmlTexts(document: string, name: string): readonly string[] {
  const pattern = new RegExp(`<(?:[A-Za-z0-9]+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:[A-Za-z0-9]+:)?${name}>`, 'g');
  return Array.from(document.matchAll(pattern), ([, text]) => unescapeText(text ?? ''));
}

function unescapeText(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return named[name ?? ''] ?? whole;
    },
  );
}
