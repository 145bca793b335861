import {
  accessPointCarrier,
  ensureDir,
  grantEndpoints,
  httpClient,
  loadIdentity,
  openAudit,
  openGrantBook,
  openHttpServer,
  openJournal,
  readText,
  watchRevocations,
  type ActorDeps,
  type Running,
} from '@interlock/host'
import { limits, topicName, type Topic } from '@interlock/contract'
import { eui64, Fault, toBase64Url, utf8 } from '@interlock/kernel'
import {
  createHeadBook,
  createKeyServer,
  isMember,
  standingOf,
  type Group,
  type KeyServer,
  type KeyServerPorts,
} from '@interlock/seal'
import { admissionOf } from './admission.ts'
import { openCertificates } from './certificates.ts'
import type { KeysConfig } from './config.ts'
import { openConsents } from './consents.ts'
import { clientEndpoints, consentEndpoints, headEndpoints, type KeyDesk } from './endpoints.ts'
import { speaksOf } from './entitlement.ts'
import { memberOf, openGroupStore } from './group-store.ts'
import { openNamedReaders } from './named-readers.ts'

export type KeysRunning = Running & {
  readonly port: number
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
}

/**
 * The key server: decides who may read which topic, and hands out the keys. It carries no data, as the
 * middleware has no keys.
 * @throws Fault when identity or what it keeps cannot be read, or the port is taken
 */
export async function startKeys(config: KeysConfig, deps: ActorDeps): Promise<KeysRunning> {
  const identity = loadIdentity(config.identity)
  const { peer, key } = identity
  if (peer.role !== 'keyserver')
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of a key server`)
  const { actor, data, listen } = config
  const { activity, clock, crypto, entropy, log, wall } = deps
  const rootPem = readText(config.trust.charging)
  const administrators = config.administrators.map(eui64)
  ensureDir(data)
  const audit = openAudit({ path: `${data}/audit.jsonl`, actor, clock, identity })
  let server: KeyServer | undefined
  const onChange = async (): Promise<void> => server?.reviewAll()
  const revocations = watchRevocations({
    path: config.trust.revocations,
    rootPem,
    wall,
    log,
    onChange: () => void onChange(),
  })
  const { revoked } = revocations
  const journalOf = (name: string) => openJournal(`${data}/${name}.journal`)
  const certificates = openCertificates(journalOf('certificates'), {
    rootPem,
    revoked,
    wall,
    crypto,
  })
  // Its own, for those who read what it signs.
  certificates.take(identity.chainPem, peer)
  const book = openGrantBook(journalOf('contracts'), log)
  const consents = openConsents(journalOf('consents'), { clock, crypto })
  const admission = admissionOf(certificates, book, consents)
  const store = openGroupStore(journalOf('groups'), certificates.peerOf)
  const holder = (thumbprint: string) => {
    const held = certificates.peerOf(thumbprint)
    return held && memberOf(held)
  }
  const named = openNamedReaders(journalOf('readers'), holder, admission, clock)
  const groups = new Map<string, Group>(store.kept.map((each) => [topicName(each.topic), each]))

  const trust = { roots: [rootPem], revoked }
  const http = httpClient({ identity, trust, activity, expectRole: 'broker' })
  const carrier = accessPointCarrier(http, config.accessPoint)
  const author = { eui: peer.eui, role: peer.role, thumbprint: peer.thumbprint, key }
  const ports: KeyServerPorts = {
    clock,
    admission,
    groupsMax: { all: limits.groupsMax, ofOrganisation: limits.groupsPerOrganisationMax },
    save(group) {
      store.save(group)
      groups.set(topicName(group.topic), group)
      return Promise.resolve()
    },
    async publish({ topic, message }) {
      // One id for one message, however often it has to be said.
      await carrier.publish(topic, message, toBase64Url(crypto.sha256(utf8(message.head))))
    },
    onFault: (topic, cause) => log.warn({ topic: topicName(topic), cause }, 'key not published'),
  }
  const keyServer = createKeyServer(store.kept, author, { crypto, entropy }, ports)
  server = keyServer
  const run = toBase64Url(entropy.bytes(16))
  const groupOf = (topic: Topic): Group | undefined => groups.get(topicName(topic))
  const heads = createHeadBook(run, {
    clock,
    admission,
    groups: () => groups.values(),
    groupOf,
    headsMax: { all: limits.headsMax, ofAuthor: limits.headsPerAuthorMax },
  })
  const desk: KeyDesk = {
    server: keyServer,
    certificates,
    named,
    consents,
    admission,
    speaksOf: (peer, station) => speaksOf(peer, station, book),
    audit,
    clock,
    administrators,
    heads,
    crypto,
    standingOf(topic, thumbprint) {
      const group = groupOf(topic)
      return group !== undefined && isMember(group, thumbprint) ? standingOf(group) : undefined
    },
    groups: () =>
      [...groups].map(([topic, { epoch, members }]) => ({
        topic,
        epoch: epoch.epoch,
        members: members.length,
      })),
  }
  const door = await openHttpServer({ name: actor, listen, identity, trust, activity, log })
  door.route({
    method: 'GET',
    url: '/healthz',
    roles: ['supervisor', 'web'],
    handle: () => ({ status: 200, body: { status: 'ok', actor } }),
  })
  const endpoints = [
    ...clientEndpoints(desk),
    ...headEndpoints(desk),
    ...consentEndpoints(desk),
    ...grantEndpoints(book, administrators, audit, onChange),
  ]
  for (const each of endpoints) door.route(each)

  const close = async (): Promise<void> => {
    await door.close()
    await keyServer.close()
    await carrier.close()
    await http.close()
    await revocations.close()
    for (const each of [certificates, book, consents, store, named, audit]) each.close()
  }
  const port = await door.listen().catch(async (error: unknown) => {
    await close()
    throw error
  })
  // Nobody knows which of the last keys arrived: everyone is given another.
  void keyServer.reviewAll()
  return { port, doors: door.doors, close }
}
