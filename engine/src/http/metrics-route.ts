// The page for a Prometheus server. It holds counts and times only, and still is nobody's business.
import type { FastifyInstance } from 'fastify';
import { equalSecrets } from '../lib/id.ts';
import { sendProblem } from './problems.ts';

export interface MetricsRoute {
  /** Whoever sends it as bearer may read; null: everybody may, so it is for loopback alone. */
  token: string | null;
  publicUrl: () => string;
  read(): Promise<{ type: string; text: string }>;
}

/** Adds GET /metrics; to whoever may not read it there is nothing at this address. */
export function addMetricsRoute(
  app: FastifyInstance,
  { token, publicUrl, read }: MetricsRoute,
): void {
  app.get('/metrics', async (request, reply) => {
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (token !== null && !equalSecrets(given, token))
      return sendProblem(reply, { code: 'not_found' }, publicUrl());
    const { type, text } = await read();
    return reply.header('content-type', type).header('cache-control', 'no-store').send(text);
  });
}
