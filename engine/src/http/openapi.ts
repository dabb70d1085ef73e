// The contract table as an OpenAPI 3.1 document: https://spec.openapis.org/oas/v3.1.0
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { API, type Operation } from '../contract/api.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { PROBLEMS, Problem, type ProblemCode } from '../contract/problem.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** Returns the document; `serverUrl`, where known, is what clients made from it will call. */
export function createOpenApi(options: { version: string; serverUrl?: string }): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {};
  for (const name of Object.keys(API) as Operation[]) {
    const endpoint: Endpoint = API[name];
    paths[endpoint.path] = {
      ...paths[endpoint.path],
      [endpoint.method.toLowerCase()]: operationOf(name, endpoint),
    };
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Recado',
        version: options.version,
        description:
          'AI phone calls for workflows: call a person, have the conversation, get one structured result back.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      ...(options.serverUrl === undefined ? {} : { servers: [{ url: options.serverUrl }] }),
      tags: [...new Set(Object.values(API).map((endpoint) => endpoint.tag))].map((name) => ({
        name,
      })),
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key: rk_test_… or rk_live_…',
          },
        },
      },
      paths,
    },
    { override: relax },
  );
}

const relax: ZodOpenApiOverride = ({ jsonSchema, io }) => {
  // A client that refuses unknown fields in replies would break with the next field we add.
  if (io === 'output' && jsonSchema.additionalProperties === false)
    delete jsonSchema.additionalProperties;
  // Zod's pattern of a date is 300 characters that the format already says.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
};

function operationOf(name: Operation, endpoint: Endpoint): ZodOpenApiOperationObject {
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(endpoint.description === undefined ? {} : { description: endpoint.description }),
    tags: [endpoint.tag],
    security: endpoint.auth === 'key' ? [{ key: [] }] : [],
    requestParams: {
      ...(endpoint.params ? { path: endpoint.params } : {}),
      ...(endpoint.query ? { query: endpoint.query } : {}),
      ...(endpoint.headers ? { header: endpoint.headers } : {}),
    },
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content: { [endpoint.consumes ?? 'application/json']: { schema: endpoint.body } },
          },
        }
      : {}),
    responses: { ...repliesOf(endpoint), ...problemsOf(endpoint.problems) },
  };
}

function repliesOf(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const replies: ZodOpenApiResponsesObject = {};
  for (const [status, schema] of Object.entries(endpoint.replies)) {
    replies[status as `${1 | 2 | 3 | 4 | 5}${string}`] = {
      description: REPLIES[Number(status)] ?? 'An answer.',
      ...(schema ? { content: { 'application/json': { schema } } } : {}),
      ...(endpoint.produces
        ? { content: { [endpoint.produces]: { schema: STREAMS[endpoint.produces] } } }
        : {}),
    };
  }
  return replies;
}

const REPLIES: Record<number, string> = {
  200: 'Done.',
  201: 'Created.',
  204: 'Done; nothing to say.',
  503: 'Not now.',
};
const STREAMS = {
  'text/event-stream': { type: 'string', description: 'Server-sent events; `data` is an Event.' },
  'audio/wav': { type: 'string', contentMediaType: 'audio/wav' },
  'text/csv': { type: 'string', description: 'A file of lines (RFC 4180).' },
} as const;

function problemsOf(codes: readonly ProblemCode[]): ZodOpenApiResponsesObject {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(codes)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      String(status),
      {
        description: same.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  );
}
