import { API } from '../contract/api.ts';
import { createOpenApi } from './openapi.ts';

/** Returns the text of every file made from the contract, by its path in the engine's folder. */
export function generatedFiles(version: string): Record<string, string> {
  return {
    'spec/openapi.json': `${JSON.stringify(createOpenApi({ version }), null, 2)}\n`,
    'src/client/operations.gen.ts': operationsFile(),
  };
}

function operationsFile(): string {
  const rows = Object.entries(API).map(([name, endpoint]) => {
    const produces = 'produces' in endpoint ? `, produces: '${endpoint.produces}'` : '';
    const consumes = 'consumes' in endpoint ? `, consumes: '${endpoint.consumes}'` : '';
    return `  ${name}: { method: '${endpoint.method}', path: '${endpoint.path}'${consumes}${produces} },`;
  });
  return `// Made from the contract by scripts/generate.ts. Do not edit.

export const OPERATIONS = {
${rows.join('\n')}
} as const;
`;
}
