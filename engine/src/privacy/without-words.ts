/** Returns the body of a call's end without what was said. */
export function withoutWords(body: string): string {
  const event = JSON.parse(body) as { data: Record<string, unknown> };
  const data = { ...event.data, transcript: [], transcript_text: null };
  return JSON.stringify({ ...event, data });
}
