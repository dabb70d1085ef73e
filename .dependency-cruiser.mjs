// Who may import whom. Each comment says where the code should go instead.

const SRC = '^engine/src/';
const LIB = `${SRC}lib/`;
const CONTRACT = `${SRC}contract/`;
const VERBS = `${SRC}(calls|events|privacy|results|session)/`;
// Verbs on many calls at once. They stand on the verbs of calls, which know nothing of them.
const MANY = `${SRC}(agents|batches|waits)/`;
// What the domain asks of the outside, and the records it hands over; adapters know both by type alone.
const PORTS = `${SRC}((agents|batches|calls|calls/cost|calls/returned|events|privacy|results|session|queue|waits)/ports|calls/call-record|batches/batch-record|agents/agent-record|session/(line|voice))\\.ts$`;

/** A rule: files under `from` import, of this repository's own files, only those that match `allowed`. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: {
    path: '^(engine|n8n-nodes|zapier-app|make-app|test|scripts)/',
    pathNot: ['node_modules/', ...allowed],
  },
});

/** The same for an adapter: beside `contract`, `lib` and itself it knows the ports, as types. */
const adapter = (name, folder, comment) => [
  only(`${name}-imports`, folder, [CONTRACT, LIB, `${folder}`, PORTS], comment),
  {
    name: `${name}-ports-as-types`,
    comment:
      'An adapter implements a port, it runs nothing of it: write `import type`, or move the value to lib or contract.',
    severity: 'error',
    from: { path: folder },
    to: { path: PORTS, pathNot: folder, dependencyTypesNot: ['type-only'] },
  },
];

/** A rule: the npm packages that match `packages` are imported only by files that match `where`. */
const packageOnlyIn = (name, packages, where, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: SRC, pathNot: where },
  to: { path: `(^|node_modules/)(${packages})(/|$)`, dependencyTypesNot: ['local'] },
});

const house = [
  only(
    'lib-imports',
    LIB,
    [LIB],
    'lib holds small pure things and ports, and knows nothing of ours: move what needs more into the folder that uses it.',
  ),
  only(
    'contract-imports',
    CONTRACT,
    [CONTRACT],
    'The contract is data for everyone: what it needs beside Zod belongs on the side that reads it.',
  ),
  {
    name: 'contract-packages',
    comment:
      'The contract imports Zod alone, so that connectors can share it: put library code in http or lib.',
    severity: 'error',
    from: { path: CONTRACT },
    to: { pathNot: [SRC, '(^|node_modules/)zod(/|$)'] },
  },
  only(
    'domain-imports',
    VERBS,
    [CONTRACT, LIB, VERBS],
    'The domain asks through its ports.ts: say there what it needs and implement that in an adapter.',
  ),
  only(
    'batches-imports',
    `${SRC}batches/`,
    [CONTRACT, LIB, VERBS, `${SRC}batches/`],
    'A batch places and cancels calls through their verbs: what it needs beside them belongs in batches/ports.ts.',
  ),
  only(
    'agents-imports',
    `${SRC}agents/`,
    [CONTRACT, LIB, VERBS, `${SRC}agents/`],
    'An agent is a set-up that calls read: what it needs beside their verbs belongs in agents/ports.ts.',
  ),
  only(
    'waits-imports',
    `${SRC}waits/`,
    [CONTRACT, LIB, VERBS, `${SRC}waits/`],
    'A wait looks at calls and sends one message: what it needs beside that belongs in waits/ports.ts.',
  ),
  {
    name: 'domain-touches-nothing',
    comment:
      'The domain reaches no network, disk or SQL: put that behind a port and implement it in store, outgoing, carriers or voices.',
    severity: 'error',
    from: { path: [VERBS, MANY] },
    to: {
      path: [
        '^(node:)?(fs|net|tls|http|https|http2|dgram|dns|child_process|worker_threads|cluster)(/|$)',
        '(^|node_modules/)(axios|ws|pg|kysely|better-sqlite3|fastify|twilio|openai)(/|$)',
      ],
    },
  },
  ...adapter(
    'store',
    `${SRC}store/`,
    'The store knows tables and rows: decisions go to calls, events or results, and what both need to lib or contract.',
  ),
  ...adapter(
    'queue',
    `${SRC}queue/`,
    'The queue knows no kinds of job: they are listed in jobs.ts, and the work is a verb of calls, events or results.',
  ),
  ...adapter(
    'outgoing',
    `${SRC}outgoing/`,
    'outgoing is the egress guard and its HTTP: what is sent, and when, is decided in events.',
  ),
  ...adapter(
    'telemetry',
    `${SRC}telemetry/`,
    'telemetry wraps ports to count, time and trace what passes them: what it counts is said in lib/meter.ts.',
  ),
  ...['carriers', 'voices', 'systems'].flatMap((kind) => [
    only(
      `${kind}-imports`,
      `${SRC}${kind}/`,
      [CONTRACT, LIB, `${SRC}${kind}/`, PORTS],
      `An adapter in ${kind} knows contract, lib and the ports it implements: a decision goes to calls or session, wiring to engine.ts.`,
    ),
    {
      name: `${kind}-apart`,
      comment: `One adapter in ${kind} never imports another: what two of them share goes to lib.`,
      severity: 'error',
      from: { path: `${SRC}${kind}/([^/]+)/` },
      to: { path: `${SRC}${kind}/`, pathNot: `${SRC}${kind}/$1/` },
    },
    {
      name: `${kind}-ports-as-types`,
      comment:
        'An adapter implements a port, it runs nothing of it: write `import type`, or move the value to lib or contract.',
      severity: 'error',
      from: { path: `${SRC}${kind}/` },
      to: { path: PORTS, dependencyTypesNot: ['type-only'] },
    },
  ]),
  only(
    'http-imports',
    `${SRC}http/`,
    [CONTRACT, LIB, VERBS, MANY, `${SRC}http/`],
    'http turns requests into verbs: the work goes into a verb, and adapters are handed in by engine.ts.',
  ),
  only(
    'dashboard-imports',
    `${SRC}dashboard/`,
    [CONTRACT, LIB, VERBS, MANY, `${SRC}dashboard/`],
    'The dashboard shows what verbs return: the work goes into a verb.',
  ),
  only(
    'jobs-imports',
    `${SRC}jobs\\.ts$`,
    [CONTRACT, LIB, VERBS, MANY, `${SRC}queue/`],
    'jobs.ts is the table of kinds of job: the work goes into a verb.',
  ),
  only(
    'client-imports',
    `${SRC}client/`,
    [`${SRC}client/`, CONTRACT],
    'The client stands alone: copy nothing in, generate it from the contract.',
  ),
  {
    name: 'client-contract-as-types',
    comment:
      'The client is bundled into connectors without Zod: import contract types with `import type`, and generate values.',
    severity: 'error',
    from: { path: `${SRC}client/` },
    to: { path: CONTRACT, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'client-packages',
    comment:
      'The client has no dependencies beside node:crypto; only its axios transport, a separate export, has one.',
    severity: 'error',
    from: { path: `${SRC}client/` },
    to: { pathNot: [SRC, '^(node:)?crypto$', '(^|node_modules/)axios(/|$)'] },
  },
  only(
    'cli-imports',
    `${SRC}cli/`,
    [`${SRC}(cli|client|lib)/`, `${SRC}(config|engine)\\.ts$`],
    'The command line goes through the client, or starts engine.ts: what it needs more belongs there.',
  ),
  only(
    'simulator-imports',
    `${SRC}simulator/`,
    [`${SRC}simulator/`, LIB],
    'The simulator is the outside world: it speaks wire protocols and shares nothing but lib with the engine.',
  ),
  only(
    'config-imports',
    `${SRC}config\\.ts$`,
    [CONTRACT, LIB],
    'config.ts turns the environment into values; what they mean is decided by who gets them.',
  ),
  only(
    'main-imports',
    `${SRC}main\\.ts$`,
    [LIB, `${SRC}(config|engine)\\.ts$`],
    'main.ts is the edge of the process: wiring goes to engine.ts.',
  ),
  {
    name: 'engine-is-the-root',
    comment:
      'Only main, cli and tests start the engine: take what you need as an argument instead.',
    severity: 'error',
    from: {
      path: SRC,
      pathNot: [`${SRC}(main|engine)\\.ts$`, `${SRC}(assembly|cli)/`],
    },
    to: { path: `${SRC}(main|engine)\\.ts$` },
  },
  {
    name: 'engine-imports',
    comment: 'engine.ts is started by the command line and by main, never the other way round.',
    severity: 'error',
    from: { path: `${SRC}engine\\.ts$` },
    to: { path: `${SRC}(cli/|main\\.ts$)` },
  },
  {
    name: 'known-places',
    comment:
      'Every source file has its place in docs/architecture.md: put it into the folder whose word it belongs to.',
    severity: 'error',
    from: {
      path: SRC,
      pathNot: `${SRC}((agents|assembly|lib|contract|batches|calls|waits|session|results|events|privacy|outgoing|queue|store|telemetry|http|dashboard|cli|client|simulator|carriers/[^/]+|voices/[^/]+|systems/[^/]+)/|(main|engine|config|jobs)\\.ts$)`,
    },
    to: {},
  },
  {
    name: 'connectors-through-client',
    comment: 'A connector talks to the engine through engine/src/client only.',
    severity: 'error',
    from: { path: '^(n8n-nodes|zapier-app|make-app)/' },
    to: { path: '^engine/', pathNot: `${SRC}client/` },
  },
  {
    name: 'tests-stay-outside',
    comment: 'Product code never imports tests or scripts: what both need is product code.',
    severity: 'error',
    from: { path: '^(engine/src|n8n-nodes|zapier-app|make-app)/' },
    to: { path: ['^test/', '^scripts/', '^engine/scripts/'] },
  },
];

const packages = [
  packageOnlyIn(
    'twilio-place',
    'twilio',
    `${SRC}(carriers/twilio|simulator)/`,
    'Twilio is known in carriers/twilio alone; the rest of the engine speaks to session/line.ts and calls/ports.ts.',
  ),
  packageOnlyIn(
    'openai-place',
    'openai',
    `${SRC}voices/openai/`,
    'OpenAI is known in voices/openai alone; the rest of the engine speaks to session/voice.ts and results/ports.ts.',
  ),
  packageOnlyIn(
    'sql-place',
    'better-sqlite3|pg|kysely',
    `${SRC}store/`,
    'SQL lives in store: ask through a port.',
  ),
  packageOnlyIn(
    'fastify-place',
    'fastify|@fastify/[^/]+',
    `${SRC}(http/|carriers/[^/]+/routes|dashboard/|simulator/)`,
    'Routes live in http, dashboard and the routes.ts of a carrier.',
  ),
  packageOnlyIn(
    'prom-client-place',
    'prom-client',
    `${SRC}telemetry/`,
    'Counting goes through lib/meter.ts; telemetry alone knows for whom.',
  ),
  packageOnlyIn(
    'axios-place',
    'axios',
    `${SRC}(outgoing/|client/axios\\.ts$)`,
    'Requests to addresses that users gave go through the egress guard in outgoing.',
  ),
];

const hygiene = [
  {
    name: 'no-cycles',
    comment:
      'Two files that need each other are one file, or hide a third that both should import.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphans',
    comment:
      'A source file that imports nothing and that nothing imports is dead: use it or delete it.',
    severity: 'error',
    from: { orphan: true, path: SRC, pathNot: '\\.d\\.ts$' },
    to: {},
  },
  {
    name: 'found-and-declared',
    comment:
      'The import leads nowhere, or its package is missing from engine/package.json: it would break where only the engine is installed.',
    severity: 'error',
    from: { path: SRC },
    to: { dependencyTypes: ['unknown', 'undetermined', 'npm-no-pkg', 'npm-unknown', 'npm-dev'] },
  },
];

export default {
  forbidden: [...house, ...packages, ...hygiene],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
