import type { FastifyInstance } from 'fastify';
import { docsPage } from './docs-page.ts';
import { createOpenApi } from './openapi.ts';

/** Serves `/openapi.json` and `/docs`, both made once, when first asked for. */
export function addDocs(app: FastifyInstance, version: string, publicUrl: () => string): void {
  let made: { json: string; page: string } | undefined;
  const make = (): { json: string; page: string } => {
    const document = createOpenApi({ version, serverUrl: publicUrl() });
    return { json: JSON.stringify(document), page: docsPage(document) };
  };
  app.get('/openapi.json', async (_request, reply) => {
    made ??= make();
    return reply.type('application/json').send(made.json);
  });
  app.get('/docs', async (_request, reply) => {
    made ??= make();
    return reply
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
      )
      .type('text/html; charset=utf-8')
      .send(made.page);
  });
}
