/**
 * The path of one account below the root of a source. What could leave its folder is percent-encoded, and so is the percent
 * sign, so that no two subjects have one path.
 */
export function expandTemplate(template: string, subject: string): string {
  return template.replaceAll('{subject}', () => asSegment(subject));
}

function asSegment(subject: string): string {
  const escaped = subject.replaceAll(/[/\\%\p{Cc}]/gu, (character) => encode(character));
  return /^\.+$/.test(escaped) ? escaped.replaceAll('.', '%2E') : escaped;
}

function encode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
