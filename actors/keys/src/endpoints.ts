import {
  CertificateChain,
  groundOf,
  HeadsAsked,
  joinRefusalWords,
  Membership,
  mayPublish,
  OwnerOfStation,
  SaidHeads,
  sealedTopic,
  topicKinds,
  topicName,
  type EpochStanding,
  type JoinRefusal,
  type Topic,
} from '@interlock/contract'
import {
  minuteCounts,
  problem,
  problemType,
  type Endpoint,
  type HttpRequest,
  type Reply,
} from '@interlock/host'
import {
  parseEui64,
  roles,
  type Clock,
  type Crypto,
  type Eui64,
  type Outcome,
} from '@interlock/kernel'
import type { Static } from 'typebox'
import type { Audit } from '@interlock/ledger'
import { ConsentQuestion } from '@interlock/privacy'
import { headHolds, type Admission, type HeadBook, type KeyServer } from '@interlock/seal'
import type { Certificates } from './certificates.ts'
import type { Consents } from './consents.ts'
import { isAuthorOf, maySee } from './entitlement.ts'
import { memberOf } from './group-store.ts'
import { topicIn, type NamedReaderList } from './named-readers.ts'

export type KeyDesk = {
  readonly server: KeyServer
  readonly certificates: Certificates
  readonly named: NamedReaderList
  readonly consents: Consents
  readonly admission: Pick<Admission, 'holds'>
  /** Whether an organisation was granted the very home of a station. */
  readonly speaksOf: (peer: HttpRequest['peer'], station: string) => boolean
  readonly audit: Audit
  readonly clock: Pick<Clock, 'now'>
  readonly administrators: readonly Eui64[]
  readonly heads: HeadBook
  readonly crypto: Crypto
  /** The epoch of a group, for who is in it. */
  readonly standingOf: (topic: Topic, thumbprint: string) => EpochStanding | undefined
  /** What each group has come to, for whoever looks. */
  readonly groups: () => readonly { topic: string; epoch: number; members: number }[]
}

/** Refused joins of one organisation that the audit says of, in a minute: it may ask for any name. */
const refusalsToldPerMinuteMax = 60

const clients = roles.filter((role) =>
  topicKinds.some(
    (kind) =>
      sealedTopic(kind) !== undefined &&
      role !== 'keyserver' &&
      (mayPublish(role, kind) || groundOf(role, kind) !== undefined),
  ),
)
const authors = clients.filter((role) =>
  topicKinds.some((kind) => sealedTopic(kind) !== undefined && mayPublish(role, kind)),
)
const readers = clients.filter((role) =>
  topicKinds.some((kind) => groundOf(role, kind) !== undefined),
)
/** Whoever seals to readers by name. */
const namers = clients.filter((role) =>
  topicKinds.some((kind) => sealedTopic(kind)?.protection === 'readers' && mayPublish(role, kind)),
)
const refuse = (reason: JoinRefusal): Reply => ({
  status: 403,
  type: problemType,
  body: {
    type: `urn:interlock:problem:${reason}`,
    title: joinRefusalWords(reason),
    status: 403,
    reason,
  },
})

/** Joining and leaving, certificates and named readers: what clients ask. */
export function clientEndpoints(desk: KeyDesk): readonly Endpoint[] {
  const { server, certificates, named, admission, audit, clock } = desk
  const isToldEnough = minuteCounts(refusalsToldPerMinuteMax)

  async function join({ peer, body }: HttpRequest): Promise<Reply> {
    const topic = topicIn((body as { topic: string }).topic)
    if (topic === undefined) return problem('BodyInvalid', 'no topic')
    const member = memberOf(peer)
    const joined: Outcome<boolean, JoinRefusal> = named.isNamed(topic)
      ? named.join(topic, member)
      : await server.join(topic, member)
    const { organisation, eui } = peer
    const fact = { topic: topicName(topic), organisation, eui }
    if (!joined.ok) {
      if (!isToldEnough(organisation, clock.now()))
        audit.record('JoinRefused', { ...fact, reason: joined.reason })
      return refuse(joined.reason)
    }
    // Members ask again as long as they run.
    if (joined.value) audit.record('Joined', fact)
    return { status: 204 }
  }
  async function leave({ peer, body }: HttpRequest): Promise<Reply> {
    const topic = topicIn((body as { topic: string }).topic)
    if (topic === undefined) return problem('BodyInvalid', 'no topic')
    const wasNamed = named.leave(topic, peer.thumbprint)
    const wasMember = await server.leave(topic, peer.thumbprint)
    if (wasNamed || wasMember)
      audit.record('Left', { topic: topicName(topic), organisation: peer.organisation })
    return { status: 204 }
  }

  return [
    {
      method: 'PUT',
      url: '/api/v1/certificates',
      roles: clients,
      body: CertificateChain,
      summary: "shows one's own certificate with its authority, for those who read what one signs",
      handle({ peer, body }) {
        const taken = certificates.take((body as { chain: string }).chain, peer)
        return taken.ok ? { status: 204 } : problem('RequestInvalid', taken.reason)
      },
    },
    {
      method: 'GET',
      url: '/api/v1/certificates/:thumbprint',
      roles: clients,
      summary:
        'a certificate with its authority; of who only reads, for those who seal to it. Whoever asks verifies it',
      handle({ peer, params }) {
        const thumbprint = params['thumbprint'] ?? ''
        const holder = certificates.peerOf(thumbprint)
        const chain = certificates.chainOf(thumbprint)
        return holder === undefined ||
          chain === undefined ||
          !maySee(peer, holder, named, admission)
          ? problem('NotFound')
          : { status: 200, body: { chain } }
      },
    },
    {
      method: 'PUT',
      url: '/api/v1/memberships',
      roles: clients,
      body: Membership,
      summary: 'joins a topic; its key comes sealed on the topic’s companion',
      handle: join,
    },
    {
      method: 'DELETE',
      url: '/api/v1/memberships',
      roles: clients,
      body: Membership,
      summary: 'leaves a topic; the next epoch is without the one who left',
      handle: leave,
    },
    {
      method: 'GET',
      url: '/api/v1/readers',
      roles: namers,
      summary: 'whom to seal to on a topic of named readers, for its author',
      handle({ peer, query }) {
        const topic = topicIn(query['topic'])
        if (topic === undefined) return problem('BodyInvalid', 'no topic')
        if (!isAuthorOf(peer, topic, admission))
          return problem('NotPermitted', 'no author of that topic')
        return { status: 200, body: { readers: named.of(topic) } }
      },
    },
  ]
}

/** How far authors have come and epochs reach, where no carrier is between. */
export function headEndpoints(
  desk: Pick<KeyDesk, 'heads' | 'standingOf' | 'crypto'>,
): readonly Endpoint[] {
  return [
    {
      method: 'PUT',
      url: '/api/v1/heads',
      roles: authors,
      body: SaidHeads,
      summary: 'how far an author has come, on each topic and for each audience, signed by itself',
      handle({ peer, body }) {
        const { heads } = body as Static<typeof SaidHeads>
        // Else what a reader finds forged could be its author's doing.
        if (!heads.every((head) => headHolds(head, peer, desk.crypto)))
          return problem('RequestInvalid', 'a head that its author has not signed')
        return { status: 200, body: { run: desk.heads.state(memberOf(peer), heads) } }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/heads',
      roles: readers,
      body: HeadsAsked,
      summary: 'how far authors have come with what whoever asks may read, since it last asked',
      handle: ({ peer, body }) => ({
        status: 200,
        body: desk.heads.read(memberOf(peer), body as HeadsAsked),
      }),
    },
    {
      method: 'GET',
      url: '/api/v1/epochs',
      roles: clients,
      summary:
        'the epoch of a group topic and its lease, for members: whoever carries may withhold both',
      handle({ peer, query }) {
        const topic = topicIn(query['topic'])
        const standing = topic && desk.standingOf(topic, peer.thumbprint)
        return standing === undefined ? problem('NotFound') : { status: 200, body: standing }
      },
    },
  ]
}

/** Consents and owners, and what stands: for those who carry and those who administer. */
export function consentEndpoints(desk: KeyDesk): readonly Endpoint[] {
  const { server, consents, audit, administrators, groups } = desk

  async function take({ body }: HttpRequest): Promise<Reply> {
    const taken = consents.take(String(body))
    if (!taken.ok) return problem('RequestInvalid', taken.reason)
    const { station, number, reader, purpose, given } = taken.value.statement
    audit.critical('ConsentTaken', { station, number, reader, purpose, given })
    // A withdrawal has its effect at once, and not at the next renewal.
    await server.reviewAll()
    return { status: 204 }
  }
  const owned =
    (fact: string, change: (owner: OwnerOfStation) => ReturnType<Consents['addOwner']>) =>
    async ({ peer, body }: HttpRequest): Promise<Reply> => {
      if (!administrators.includes(peer.organisation)) return problem('NotPermitted')
      const owner = body as OwnerOfStation
      const changed = change(owner)
      if (!changed.ok) return problem('RequestInvalid', changed.reason)
      audit.critical(fact, { station: owner.station, by: peer.organisation })
      await server.reviewAll()
      return { status: 204 }
    }

  return [
    {
      method: 'POST',
      url: '/api/v1/consents',
      roles: ['csms', 'web'],
      contentType: 'jsonText',
      summary: 'what an owner has signed about one reader and one purpose',
      handle: take,
    },
    {
      method: 'POST',
      url: '/api/v1/consents/asked',
      roles: ['csms', 'web'],
      body: ConsentQuestion,
      summary:
        'what owners of a station have said, the newest first, for one who has signed the question',
      handle({ body, query: { before } }) {
        if (before !== undefined && !/^[1-9]\d{0,8}$/.test(before))
          return problem('BodyInvalid', 'before')
        const listed = consents.list(
          body as ConsentQuestion,
          before === undefined ? undefined : Number(before),
        )
        return listed.ok
          ? { status: 200, body: listed.value }
          : problem('RequestInvalid', listed.reason)
      },
    },
    {
      method: 'GET',
      url: '/api/v1/consents/:station',
      roles: ['csms', 'web'],
      summary: 'what the next consent of a station has to name, for who was granted that home',
      handle({ peer, params }) {
        const station = parseEui64(params['station'] ?? '')
        if (station === undefined) return problem('NotFound')
        if (!desk.speaksOf(peer, station))
          return problem('NotPermitted', 'nothing about that home was granted to this organisation')
        const next = consents.next(station)
        return next === undefined ? problem('NotFound') : { status: 200, body: next }
      },
    },
    {
      method: 'PUT',
      url: '/api/v1/owners',
      roles: ['supervisor'],
      body: OwnerOfStation,
      summary: 'whose consent counts for a station',
      handle: owned('OwnerAdded', (owner) => consents.addOwner(owner)),
    },
    {
      method: 'DELETE',
      url: '/api/v1/owners',
      roles: ['supervisor'],
      body: OwnerOfStation,
      summary: 'whose consent counts no more, what was given before neither',
      handle: owned('OwnerRemoved', (owner) => consents.removeOwner(owner)),
    },
    {
      method: 'GET',
      url: '/api/v1/groups',
      roles: ['supervisor'],
      summary: 'each group topic, its epoch and how many are in it',
      handle: ({ peer }) =>
        administrators.includes(peer.organisation)
          ? { status: 200, body: { groups: groups() } }
          : problem('NotPermitted'),
    },
  ]
}
