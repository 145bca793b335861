import { type Carrier, type Position } from '@interlock/bus'
import { groundOf, isGroup, sealedTopic, type SealRefusal, type Topic } from '@interlock/contract'
import {
  accessPointCarrier,
  httpClient,
  type ActorDeps,
  type Identity,
  type Running,
} from '@interlock/host'
import {
  Fault,
  inSeconds,
  ok,
  plus,
  millis,
  refused,
  type Eui64,
  type Outcome,
} from '@interlock/kernel'
import { sealData, type Audience } from '@interlock/seal'
import type { DeadLetters } from './dead-letters.ts'
import { createDirectory } from './directory.ts'
import { keyClient } from './key-client.ts'
import { openHeadWatch } from './head-watch.ts'
import { createKeyrings } from './keyrings.ts'
import { leaseAsker } from './leases.ts'
import { namedAudience } from './named-audience.ts'
import { createOutbox, type SendRefusal } from './outbox.ts'
import type { OutboxStore } from './outbox-store.ts'
import { pause } from './pause.ts'
import { openProgress } from './progress.ts'
import { startReading, type Reading } from './reading.ts'
import { createStating, type StatedAudience } from './stating.ts'
import type { Finding, Receiver } from './receive.ts'

export type ExchangeOptions = {
  readonly identity: Identity
  readonly rootPem: string
  readonly revoked?: (serialHex: string) => boolean
  /** `https://host:port`: all that a client knows of the middleware. */
  readonly accessPoint: string
  readonly keys: string
  /** Organisation of the key server: keys and leases of anyone else are nobody's. */
  readonly keyServer: Eui64
  readonly outbox: OutboxStore
  readonly onFinding: (finding: Finding) => void
  /** Keeps what readings put aside. */
  readonly deadLetters?: DeadLetters
  readonly deps: ActorDeps
  /** In place of the access point's, for a lab. */
  readonly carrier?: Carrier
}

/** What an actor has of the middleware. */
export type Exchange = Running & {
  /** Resolves when the key has come, where there is one. @throws Fault when the key server is away */
  join(topic: Topic): Promise<Outcome<void, string>>
  leave(topic: Topic): Promise<Outcome<void, string>>
  /** Seals as the topic's row says, and resolves when the middleware keeps it. */
  publish(topic: Topic, payload: unknown): Promise<Outcome<Position, SealRefusal | SendRefusal>>
  /** Reads on until closed. */
  read(reading: Reading): Running
}

const keyWaitSeconds = 20

/**
 * Joins, publishes sealed and reads opened, as the holder of a certificate. Seals, leases and silence are of real
 * time, as certificates are, whatever time what is said is about.
 * @throws Fault when the key server does not answer or does not take the certificate
 */
export async function openExchange(options: ExchangeOptions): Promise<Exchange> {
  const { identity, rootPem, keyServer, onFinding, deps } = options
  const { revoked = () => false } = options
  const { activity, crypto, entropy, log, wall } = deps
  const { eui, role, thumbprint } = identity.peer
  const trust = { roots: [rootPem], revoked }
  const own = { identity, trust, activity }
  const keyHttp = httpClient({ ...own, expectRole: 'keyserver', expectOrganisation: keyServer })
  const http = httpClient({ ...own, expectRole: 'broker' })
  const carrier = options.carrier ?? accessPointCarrier(http, options.accessPoint)
  const keys = keyClient(keyHttp, options.keys)
  const directory = createDirectory({ keys, rootPem, wall, crypto, revoked })
  const keyrings = createKeyrings()
  const outbox = createOutbox(carrier, options.outbox, { clock: wall, crypto })
  const audience = namedAudience(keys, directory, wall)
  const author = { eui, role, thumbprint, key: identity.key }
  const receiver: Receiver = {
    thumbprint,
    key: identity.key,
    directory,
    keyrings,
    askLease: leaseAsker(keys, keyrings, wall),
    clock: wall,
    crypto,
  }
  const stating = createStating(keys, options.outbox, author, { clock: wall, crypto, log })
  const watching = { own: identity.peer, keys, keyrings, directory, stating, onFinding, deps }
  const readings = new Set<Running>()
  const closing = new AbortController()

  const closeHttp = async (): Promise<void> => {
    await http.close()
    await keyHttp.close()
  }
  try {
    const shown = await keys.show(identity.chainPem)
    if (!shown.ok) throw new Fault('CertificateRefused', shown.detail ?? shown.reason)
  } catch (cause) {
    await outbox.close()
    await closeHttp()
    throw cause
  }
  const heads = openHeadWatch(watching)
  if (groundOf(role, 'epoch') !== undefined)
    for (const kind of ['epoch', 'lease'] as const)
      read({
        selection: { kind },
        begins: 'first',
        // Keys are sealed to members alone, and a lease that comes late is nobody's: silence tells of both.
        ignores: ['SealNotForUs', 'SealExpired', 'SealGap'],
        hears: (peer) => peer.role === 'keyserver' && peer.organisation === keyServer,
        progress: openProgress(),
        async handle({ topic, payload }) {
          keyrings.take(topic, payload)
        },
      })

  function read(reading: Reading): Running {
    const running = startReading(reading, {
      carrier,
      receiver,
      onFinding,
      deadLetters: options.deadLetters,
      heads,
      deps,
    })
    readings.add(running)
    return {
      async close() {
        readings.delete(running)
        await running.close()
      },
    }
  }

  /** Until there is a key to publish under, or it has been waited for long enough. */
  async function keyOf(topic: Topic): Promise<boolean> {
    const has = (): boolean => keyrings.publishing(topic, wall.now()).ok
    const come = new AbortController()
    const stop = AbortSignal.any([come.signal, closing.signal])
    const forget = keyrings.onChange(() => has() && come.abort())
    if (!has()) await pause(inSeconds(keyWaitSeconds), wall, stop)
    forget()
    return has()
  }

  async function audienceOf(topic: Topic): Promise<Outcome<Audience, SealRefusal>> {
    const row = sealedTopic(topic.kind)
    if (row === undefined || row.protection === 'signed') return ok('everyone')
    if (isGroup(row.protection)) {
      const key = keyrings.publishing(topic, wall.now())
      return key.ok ? ok({ epoch: key.value }) : key
    }
    const readers = await audience(topic)
    return readers.ok ? ok({ readers: readers.value }) : readers
  }

  return {
    read,
    async join(topic) {
      const joined = await keys.join(topic)
      if (!joined.ok) return joined
      heads.joined(topic)
      const row = sealedTopic(topic.kind)
      const isReady = row === undefined || !isGroup(row.protection) || (await keyOf(topic))
      return isReady ? ok(undefined) : refused('SealEpochUnknown', 'no key has come')
    },
    async leave(topic) {
      const left = await keys.leave(topic)
      heads.left(topic)
      return left.ok ? ok(undefined) : left
    },
    async publish(topic, payload) {
      if (outbox.isFull) return refused('OutboxFull')
      const to = await audienceOf(topic)
      if (!to.ok) return to
      // From here to the outbox nothing waits, so that sequences are sent as they are counted.
      const now = wall.now()
      const sequence = options.outbox.lastOf(topic) + 1
      const expiresAt = plus(now, millis(sealedTopic(topic.kind)?.retentionMillis ?? 0))
      const data = { topic, payload, sequence, at: now, expiresAt }
      const message = sealData(data, author, to.value, { crypto, entropy })
      options.outbox.sealed({ topic, sequence, message })
      stating.said(topic, sequence, now, namesOf(to.value))
      return outbox.send({ topic, sequence, message })
    },
    async close() {
      closing.abort()
      await Promise.all([...readings].map((each) => each.close()))
      await heads.close()
      await outbox.close()
      await carrier.close()
      await closeHttp()
    },
  }
}

const namesOf = (to: Audience): StatedAudience => {
  if (to === 'everyone') return {}
  return 'epoch' in to
    ? { epoch: to.epoch.epoch }
    : { readers: to.readers.map(({ thumbprint }) => thumbprint) }
}
