import { groundOf, mayPublish, sealedTopic, topicKinds, type TopicKind } from '@interlock/contract'
import type { Eui64, Role } from '@interlock/kernel'
import { streamOf, subjectFilter } from './subject.ts'

/** PEM files of one server: the same certificate for clients, routes and leaf nodes. */
export type NatsServerFiles = {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** Whoever connects to the servers, known by the EUI-64 in its certificate. */
export type NatsUser = { readonly eui: Eui64; readonly role: Role }

export type NatsServerSettings = {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly files: NatsServerFiles
  readonly users: readonly NatsUser[]
  /** Folder of its streams; a leaf node at the edge of a premises has none. */
  readonly store?: string
  readonly cluster?: {
    readonly port: number
    /** `host:port` of each other server. */
    readonly routes: readonly string[]
    /** What it says of itself to the others. */
    readonly advertise?: string
  }
  /** Where leaf nodes come in. */
  readonly leafPort?: number
  /** Whose leaf node it is: `host:port` of a server's `leafPort`. */
  readonly leafOf?: string
}

const carried = topicKinds.filter((kind) => sealedTopic(kind) !== undefined)
const accountOfData = 'EV'
const payloadBytesMax = 1_048_576

/**
 * What a client of JetStream asks of one stream. It ends readings by their names, and may not ask for a list of them. All
 * share the space of answers (`_INBOX`), so who listens there learns names of others all the same.
 */
const reading = (kind: TopicKind): readonly string[] => [
  `$JS.API.STREAM.INFO.${streamOf(kind)}`,
  ...['CREATE', 'INFO', 'DELETE', 'MSG.NEXT'].map(
    (verb) => `$JS.API.CONSUMER.${verb}.${streamOf(kind)}.>`,
  ),
]

/**
 * What a role may say to the servers, by subject: what the topic table lets it publish, and reading the
 * streams of what it lets it read. An access point carries for all, and makes the streams.
 */
export function natsPermissions(role: Role): {
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
} {
  const own = ['_INBOX.>']
  const publishes = carried.filter((kind) => role === 'broker' || mayPublish(role, kind))
  const reads = carried.filter((kind) => role === 'broker' || groundOf(role, kind) !== undefined)
  const making =
    role === 'broker'
      ? [
          '$JS.API.STREAM.NAMES',
          ...carried.flatMap((kind) => [
            `$JS.API.STREAM.CREATE.${streamOf(kind)}`,
            `$JS.API.STREAM.UPDATE.${streamOf(kind)}`,
          ]),
        ]
      : []
  return {
    publish: [
      ...publishes.map((kind) => subjectFilter({ kind })),
      ...reads.flatMap(reading),
      ...making,
      '$JS.API.INFO',
      '$JS.ACK.>',
      '$JS.FC.>',
    ],
    subscribe: own,
  }
}

/** The configuration of one NATS server: TLS everywhere, one account for the data, permissions by subject. */
export function natsServerConfig(settings: NatsServerSettings): string {
  const { name, host, port, files, users, store, cluster, leafPort, leafOf } = settings
  const tls = {
    cert_file: files.certificate,
    key_file: files.key,
    ca_file: files.ca,
    verify: true,
    timeout: 5,
  }
  const config = {
    server_name: name,
    listen: `${host}:${port}`,
    max_payload: payloadBytesMax,
    tls: { ...tls, verify_and_map: true },
    ...(store !== undefined && { jetstream: { store_dir: store } }),
    accounts: {
      [accountOfData]: {
        ...(store !== undefined && { jetstream: 'enabled' }),
        users: users.map(({ eui, role }) => {
          const { publish, subscribe } = natsPermissions(role)
          return {
            user: `urn:interlock:eui:${eui}`,
            permissions: { publish: { allow: publish }, subscribe: { allow: subscribe } },
          }
        }),
      },
      SYS: {},
    },
    system_account: 'SYS',
    ...(cluster !== undefined && {
      cluster: {
        name: 'interlock',
        listen: `${host}:${cluster.port}`,
        tls,
        routes: cluster.routes.map((route) => `nats-route://${route}`),
        ...(cluster.advertise !== undefined && { advertise: cluster.advertise }),
      },
    }),
    ...(leafPort !== undefined && {
      leafnodes: {
        listen: `${host}:${leafPort}`,
        tls: { ...tls, verify_and_map: true },
      },
    }),
    ...(leafOf !== undefined && {
      leafnodes: { remotes: [{ url: `tls://${leafOf}`, account: accountOfData, tls }] },
    }),
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
