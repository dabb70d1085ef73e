// Takes secrets and personal data out of what is logged.

const RULES: readonly [RegExp, string][] = [
  [/\brk_(test|live)_[A-Za-z0-9_-]{8,}/g, 'rk_$1_…'],
  [/\bwhsec_[A-Za-z0-9+/=_-]+/g, 'whsec_…'],
  [/\bsk-[A-Za-z0-9_-]{6,}/g, 'sk-…'],
  [/\bAC[0-9a-f]{32}\b/g, 'AC…'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9+/=._-]+/gi, '$1 …'],
  [/\bv1,[A-Za-z0-9+/=]{20,}/g, 'v1,…'],
  [/(\/carriers\/[a-z]+\/)[A-Za-z0-9_-]{20,}/g, '$1…'],
  [/\+[1-9]\d{6,14}\b/g, '+…'],
];
// Fields that hold what people said or who they are. They never belong in a log line.
const PERSONAL =
  /^(phone_number|from_number|recipient_name|task|text|transcript|quote|metadata|variables|result|summary|url|webhook_url|body|authorization)$/i;
const DEPTH_MAX = 6;

/** Returns a copy of `value` with secrets, phone numbers and personal fields replaced by marks. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEPTH_MAX) return '[deep]';
  if (value instanceof Error) {
    return {
      type: value.name,
      message: scrubText(value.message),
      stack: scrubText(value.stack ?? ''),
    };
  }
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => scrub(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      PERSONAL.test(key) ? '[redacted]' : scrub(item, depth + 1),
    ]),
  );
}

const scrubText = (text: string): string =>
  RULES.reduce((left, [pattern, mark]) => left.replace(pattern, mark), text);
