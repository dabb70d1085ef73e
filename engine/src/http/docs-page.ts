// The OpenAPI document as one HTML page: no scripts, nothing from elsewhere.
import { API, type Operation } from '../contract/api.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { PROBLEM_CODES, PROBLEMS } from '../contract/problem.ts';
import { DOCS_STYLE } from './docs-style.ts';
import type { OpenApiDocument } from './openapi.ts';

/** The parts of a JSON Schema that the page shows. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  title?: string;
  description?: string;
  examples?: unknown[];
  example?: unknown;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface OperationDoc {
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<
    string,
    { description?: string; content?: Record<string, { schema?: Schema }> }
  >;
}

/** Returns the page; every operation has its name as id, every schema `schema-<name>`, every problem `problem-<code>`. */
export function docsPage(document: OpenApiDocument): string {
  const names = Object.keys(API) as Operation[];
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, Schema>);
  const operations = names.map((name) =>
    operationSection(name, API[name], operationDoc(document, API[name])),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Recado API</title><style>${DOCS_STYLE}</style></head><body>
<nav aria-label="Contents"><strong>Recado API</strong><ul>${names.map((name) => `<li><a href="#${name}">${escapeHtml(API[name].summary)}</a></li>`).join('')}
<li><a href="#schemas">Objects</a></li><li><a href="#problems">Problems</a></li></ul></nav>
<main><h1>Recado API</h1><p>${escapeHtml(document.info.description ?? '')} Version ${escapeHtml(document.info.version)}. Machines read <a href="/openapi.json">openapi.json</a>.</p>
<p>Send your key as <code>Authorization: Bearer rk_test_…</code> and bodies as JSON.</p>
${operations.join('\n')}
<h2 id="schemas">Objects</h2>${schemas.map(([name, schema]) => schemaSection(name, schema)).join('\n')}
<h2 id="problems">Problems</h2><p>Errors are <code>application/problem+json</code> (RFC 9457). Branch on <code>code</code>.</p>
${PROBLEM_CODES.map((code) => `<section class="problem" id="problem-${code}"><h3><code>${code}</code> <small>${PROBLEMS[code].status}</small></h3><p>${escapeHtml(PROBLEMS[code].title)}.</p></section>`).join('\n')}
</main></body></html>`;
}

const operationDoc = (document: OpenApiDocument, endpoint: Endpoint): OperationDoc => {
  const item = (document.paths?.[endpoint.path] ?? {}) as Record<string, OperationDoc>;
  return item[endpoint.method.toLowerCase()] ?? {};
};

function operationSection(name: Operation, endpoint: Endpoint, doc: OperationDoc): string {
  const body = doc.requestBody?.content?.['application/json']?.schema;
  const parameters = (doc.parameters ?? []).map((parameter) =>
    fieldRow(
      `${parameter.name}`,
      {
        ...parameter.schema,
        description: parameter.description ?? parameter.schema?.description ?? '',
      },
      parameter.required ?? false,
      parameter.in,
    ),
  );
  return `<section id="${name}"><h2>${escapeHtml(endpoint.summary)}</h2>
<p class="line"><b>${endpoint.method}</b> <code>${escapeHtml(endpoint.path)}</code></p>
${endpoint.description ? `<p>${escapeHtml(endpoint.description)}</p>` : ''}
${parameters.length > 0 ? `<h3>Parameters</h3>${table(parameters)}` : ''}
${body ? `<h3>Body</h3><p>${typeOf(body)}</p>` : ''}
<h3>Example</h3><pre>${escapeHtml(exampleOf(endpoint))}</pre>
<h3>Answers</h3><ul>${Object.entries(doc.responses ?? {})
    .filter(([status]) => endpoint.replies[Number(status)] !== undefined)
    .map(([status, reply]) => `<li><b>${status}</b> ${replyType(reply.content)}</li>`)
    .join('')}</ul>
${endpoint.problems.length > 0 ? `<h3>Problems</h3><p>${[...new Set(endpoint.problems)].map((code) => `<a href="#problem-${code}"><code>${code}</code></a>`).join(' ')}</p>` : ''}
</section>`;
}

function replyType(content: Record<string, { schema?: Schema }> | undefined): string {
  const [type, media] = Object.entries(content ?? {})[0] ?? [];
  if (!type) return 'no body';
  return type === 'application/json' && media?.schema
    ? typeOf(media.schema)
    : `<code>${escapeHtml(type)}</code>`;
}

function schemaSection(name: string, schema: Schema): string {
  const fields = Object.entries(schema.properties ?? {}).map(([field, value]) =>
    fieldRow(field, value, schema.required?.includes(field) ?? false),
  );
  return `<section id="schema-${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3>
${schema.description ? `<p>${escapeHtml(schema.description)}</p>` : ''}${fields.length > 0 ? table(fields) : `<p>${typeOf(schema)}</p>`}</section>`;
}

const table = (rows: readonly string[]): string =>
  `<div class="wide"><table><thead><tr><th>Name</th><th>Type</th><th>What it is</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;

function fieldRow(name: string, schema: Schema, required: boolean, place = ''): string {
  const notes = [place, required ? 'required' : '', ...limitsOf(schema)].filter(
    (note) => note !== '',
  );
  const example = schema.examples?.[0] ?? schema.example;
  return `<tr><td><code>${escapeHtml(name)}</code>${notes.length > 0 ? `<small>${escapeHtml(notes.join(', '))}</small>` : ''}</td><td>${typeOf(schema)}</td><td>${escapeHtml(schema.description ?? schema.title ?? '')}${
    example === undefined
      ? ''
      : ` <small>Example: <code>${escapeHtml(JSON.stringify(example))}</code></small>`
  }</td></tr>`;
}

function limitsOf(schema: Schema): string[] {
  return [
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
    schema.maxLength === undefined ? '' : `at most ${schema.maxLength} characters`,
    schema.minimum === undefined ? '' : `from ${schema.minimum}`,
    schema.maximum === undefined || schema.maximum === Number.MAX_SAFE_INTEGER
      ? ''
      : `to ${schema.maximum}`,
    schema.maxItems === undefined ? '' : `at most ${schema.maxItems}`,
  ];
}

/** Returns the type of `schema` in words, as HTML. Bounded by the depth of our own schemas. */
function typeOf(schema: Schema): string {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return `<a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a>`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeOf).join(' or ');
  if (schema.enum)
    return schema.enum.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(' ');
  if (schema.const !== undefined) return `<code>${escapeHtml(String(schema.const))}</code>`;
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  const types = [schema.type ?? 'any'].flat().join(' or ');
  return escapeHtml(schema.format ? `${types} (${schema.format})` : types);
}

function exampleOf(endpoint: Endpoint): string {
  const lines = [
    `curl${endpoint.method === 'GET' ? '' : ` -X ${endpoint.method}`} $RECADO_URL${endpoint.path}`,
  ];
  if (endpoint.auth === 'key') lines.push('  -H "Authorization: Bearer $RECADO_API_KEY"');
  const body = EXAMPLE_BODIES[`${endpoint.method} ${endpoint.path}`];
  const type = endpoint.consumes ?? 'application/json';
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  if (body) lines.push(`  -H "Content-Type: ${type}"`, `  --data-raw '${sent}'`);
  return lines.join(' \\\n');
}

const CALL = {
  phone_number: '+12025550100',
  task: 'Confirm the appointment on Friday at 14:00. If they cannot come, offer to reschedule.',
  recipient_name: 'Ana Silva',
  outcomes: ['confirmed', 'wants_to_reschedule', 'canceled'],
};
/** Bodies shown in the examples, by method and path; each is a valid one. */
export const EXAMPLE_BODIES: Record<string, unknown> = {
  'POST /v1/agents': {
    name: 'Appointment confirmation',
    task: 'Confirm the appointment on {{starts_at}}. If they cannot come, offer to reschedule.',
    variables: [{ name: 'starts_at', type: 'date_time', help: 'When it begins.' }],
    outcomes: ['confirmed', 'wants_another_time', 'not_coming'],
    success_outcomes: ['confirmed'],
    language: 'en',
  },
  'PATCH /v1/agents/{id}': { first_message: 'I am calling about your appointment.' },
  'POST /v1/agents/{id}/try': {
    variables: { starts_at: '2026-12-01T14:00' },
    says: ['Hello?', 'Yes, that works for me.'],
  },
  'POST /v1/ready_agents': { ready: 'appointment_confirmation', language: 'pt-PT' },
  'POST /v1/batches': {
    calls: [
      { phone_number: '+12025550143', task: 'Confirm the appointment on Friday at 14:00.' },
      { phone_number: '+12025550144', task: 'Confirm the appointment on Friday at 15:00.' },
    ],
    calls_per_hour: 60,
  },
  'POST /v1/calls/cancel': { reference: 'appointment-1042' },
  'PATCH /v1/numbers/{phone_number}': {
    on_returned_call: 'forward',
    forward_to: '+351210000000',
  },
  'POST /v1/own_phones': { phone_number: '+351912345678', language: 'pt-PT' },
  'POST /v1/own_phones/{id}/verify': { code: '481 516' },
  'POST /v1/waits': {
    call_ids: ['call_0123456789abcdefghjkmnpqrs'],
    url: 'https://yourapp.example/resume/231',
    until: 3_600,
  },
  'POST /v1/calls': CALL,
  'POST /v1/calls/check': CALL,
  'POST /v1/webhooks': { url: 'https://yourapp.example/recado', events: ['call.ended'] },
  'PATCH /v1/webhooks/{id}': { filter: { outcome_groups: ['answered'] }, paused: false },
  'POST /v1/suppressions': { phone_number: '+12025550100', note: 'asked by e-mail' },
  'POST /v1/suppressions/import':
    'phone_number,reason,note\n+12025550100,requested,asked by e-mail',
  'POST /v1/privacy/erasure': { phone_number: '+12025550100' },
  'POST /v1/calls/{id}/recording_link': { expires_in_seconds: 900 },
  'POST /v1/webhooks/{id}/replay': { since: '2026-12-01T09:00:00Z', statuses: ['dead'] },
};

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
