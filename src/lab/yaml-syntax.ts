import type { YAMLError } from 'yaml';

/**
 * What the yaml package says of bad syntax, in words that say what to do, and where that is to be done: the package names the place where it
 * could not go on, which for a bracket or quote without its partner is the end of the file.
 */
export function syntaxProblem(error: YAMLError, text: string): { offset: number; message: string } {
  const partner = lonely(error, text);
  if (partner !== undefined) return partner;
  const offset = firstOfLine(text, error.pos[0]);
  return { offset, message: `${words(error)}${lineAdvice(lineAt(text, offset))}` };
}

function words({ code, message }: YAMLError): string {
  const first = message.split('\n')[0] ?? message;
  if (code === 'MISSING_CHAR' && first.startsWith('Missing ,'))
    return 'found two values side by side; expected a comma between them, or quotes around a text that contains one of { } [ ] ,';
  if (code === 'MISSING_CHAR' && first.startsWith('Implicit'))
    return 'found a line that is no "key: value"; expected a colon and a space after the key';
  if (code === 'BAD_INDENT' && first.startsWith('All'))
    return 'found a line that is indented differently from those beside it; expected the same column';
  if (code === 'UNEXPECTED_TOKEN' && first.endsWith('at node end'))
    return 'found more after the end of a value; expected quotes around a text that contains one of { } [ ] , " or \'';
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'found a tab as indentation; expected spaces';
    case 'BAD_ALIAS':
      return 'found a bare * or &; expected quotes around a text that begins with it';
    case 'BAD_SCALAR_START':
      return `found ${first.replace('Plain value cannot start with', 'a text that begins with')}; expected quotes around it`;
    case 'BAD_DQ_ESCAPE':
      return `found ${first.replace('Invalid escape sequence ', '')} in double quotes, where \\ has a meaning; expected single quotes, or \\\\`;
    case 'BLOCK_IN_FLOW':
      return 'found a second "key: value" inside { } or [ ]; expected a comma before it';
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return 'found a "key: value" inside another value; expected each key on a line of its own, indented as those beside it, and quotes around a text that contains ": "';
    case 'TAG_RESOLVE_FAILED':
      return `found a tag: ${first}; expected a value without one, or in quotes when it begins with !`;
    case 'RESOURCE_EXHAUSTION':
      return 'found values nested too deeply; expected a lab file or manifest';
    default:
      return `found bad YAML: ${first}`;
  }
}

/** A quote or bracket without its partner. */
function lonely(
  { code, message, pos }: YAMLError,
  text: string,
): { offset: number; message: string } | undefined {
  const quote = code === 'MISSING_CHAR' ? /^Missing closing (["'])quote/.exec(message)?.[1] : undefined;
  if (quote !== undefined)
    return {
      offset: Math.max(0, text.lastIndexOf(quote, pos[0] - 1)),
      message: `found a ${quote} without another that ends the text`,
    };
  const closing = /and end with a ([\]}])/.exec(message)?.[1];
  if (closing === undefined) return undefined;
  const opening = closing === ']' ? '[' : '{';
  for (let offset = Math.min(pos[0], text.length) - 1, depth = 0; offset >= 0; offset--) {
    if (text[offset] === closing) depth++;
    else if (text[offset] === opening && --depth < 0)
      return { offset, message: `found a ${opening} without the ${closing} that ends it` };
  }
  return undefined;
}

/** The first character of a line that is no space, for an offset before it. */
function firstOfLine(text: string, offset: number): number {
  let first = offset;
  while (text[first] === ' ') first++;
  return first < text.length ? first : offset;
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
  const end = text.indexOf('\n', offset);
  return text.slice(start, Math.min(end < 0 ? text.length : end, start + 200));
}

/** The space that is most often forgotten. */
export function lineAdvice(line: string): string {
  if (/^\s*--\s*$/.test(line)) return '; is it meant to be ---?';
  if (/^\s*-[^\s\d-]/.test(line)) return '; is a space missing after the -?';
  return /^\s*(- )?[\w.-]+:[^\s/]/.test(line) ? '; is a space missing after the colon?' : '';
}
