export interface RouteSeen {
  method: string;
  /** Pattern in Fastify's writing, such as `/v1/calls/:id`. */
  url: string;
}

/** Returns the methods that the address in `url` takes, sorted; empty when there is nothing at it. */
export function allowedMethods(routes: readonly RouteSeen[], url: string): string[] {
  const path = (url.split('?', 1)[0] ?? '').split('/');
  const methods = routes
    .filter((route) => matches(route.url.split('/'), path))
    .map((route) => route.method);
  return [...new Set(methods)].sort();
}

const matches = (pattern: readonly string[], path: readonly string[]): boolean =>
  pattern.at(-1) === '*'
    ? path.length >= pattern.length && pattern.slice(0, -1).every((part, i) => fits(part, path[i]))
    : path.length === pattern.length && pattern.every((part, i) => fits(part, path[i]));

const fits = (part: string, given: string | undefined): boolean =>
  part.startsWith(':') ? given !== undefined && given !== '' : part === given;
