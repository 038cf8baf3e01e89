/** As much XML as a report needs: elements, attributes and text, written with every character escaped that could be taken for markup. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: (Element | string)[];
}

export function element(
  name: string,
  attributes: Record<string, string>,
  children: (Element | string)[] = [],
): Element {
  return { name, attributes, children };
}

export function xmlDocument(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${rendered(root, '')}`;
}

function rendered({ name, attributes, children }: Element, indent: string): string {
  const words = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${escapedAttribute(value)}"`),
  ];
  if (children.length === 0) return `${indent}<${words.join(' ')}/>\n`;
  // Text stands without white space around it: a reader of `failure` or `system-out` gets it as it is.
  const inner = children.some((child) => typeof child === 'string')
    ? children.map((child) => (typeof child === 'string' ? escaped(child) : rendered(child, ''))).join('')
    : `\n${children.map((child) => rendered(child as Element, `${indent}  `)).join('')}${indent}`;
  return `${indent}<${words.join(' ')}>${inner}</${name}>\n`;
}

/** XML 1.0 (Char): most control characters, lone surrogates, U+FFFE and U+FFFF cannot be written at all, not even as references. */
function escaped(text: string): string {
  return text
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** A parser turns a raw line feed or tab in an attribute into a space. */
function escapedAttribute(text: string): string {
  return escaped(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
