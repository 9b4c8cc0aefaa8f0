/** Characters of the part before the `@` (RFC 5321 dot-string; no quoted form, which nobody has and attackers like). */
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domainLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * Whether a text is one e-mail address and nothing else: no list, no name, no line break, no address literal. At most 254 characters,
 * 64 of them before the `@`; the domain has at least two labels and may be punycode.
 */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const labels = text.slice(at + 1).split('.');
  if (at < 1 || text.length > 254 || local.length > 64 || labels.length < 2) return false;
  return localPart.test(local) && labels.every((label) => domainLabel.test(label)) && /[A-Za-z]/.test(labels.at(-1)!);
}
