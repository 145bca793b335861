import { position, type Carried, type Carrier } from '@interlock/bus'
import {
  accessPointLimits,
  groundOf,
  mayPublish,
  parseTopic,
  Publications,
  sealedTopic,
  topicKinds,
  topicName,
  TopicSelection,
  type PublicationResults,
  type Topic,
} from '@interlock/contract'
import { problem, type ActorDeps, type Endpoint, type HttpRequest } from '@interlock/host'
import type { LineEndpoint, Reply } from '@interlock/host'
import { Fault, roles, type Eui64 } from '@interlock/kernel'
import { Compile } from 'typebox/compile'
import { countPerClient } from './counted.ts'
import { createPace, type PaceLimits } from './pace.ts'
import type { Permissions } from './permissions.ts'
import type { createShares } from './shares.ts'

type Kept = PublicationResults['results'][number]
type Sent = Publications['messages'][number]

const publishers = roles.filter((role) =>
  topicKinds.some((kind) => sealedTopic(kind) !== undefined && mayPublish(role, kind)),
)
const readers = roles.filter((role) =>
  topicKinds.some((kind) => groundOf(role, kind) !== undefined),
)
const clients = roles.filter((role) => publishers.includes(role) || readers.includes(role))
const selectionShape = Compile(TopicSelection)

export type AccessPointOptions = {
  readonly carrier: Carrier
  readonly permissions: Permissions
  readonly administrators: readonly Eui64[]
  readonly pace: PaceLimits
  readonly shares: Pick<ReturnType<typeof createShares>, 'take'>
  readonly deps: ActorDeps
}

/** Publishing, reading and replaying: what a client sees of the middleware, and all that it knows of it. */
export function accessPoint(options: AccessPointOptions): {
  readonly endpoints: readonly Endpoint[]
  readonly messages: LineEndpoint
} {
  const { carrier, permissions, administrators, shares, deps } = options
  const pace = createPace(options.pace)
  const batches = countPerClient(accessPointLimits.batchesAtOnceMax)
  const streams = countPerClient(accessPointLimits.readersMax)

  async function keep(peer: HttpRequest['peer'], sent: Sent): Promise<Kept> {
    const topic = parseTopic(sent.topic)
    if (topic === undefined) return { reason: 'TopicUnknown', detail: sent.topic }
    if (!permissions.mayPublish(peer, topic))
      return { reason: 'TopicForbidden', detail: `${peer.organisation} ${sent.topic}` }
    // All keys and leases are the key server's own: there is nobody to share these with.
    const isShared = peer.role !== 'keyserver'
    const place = isShared ? shares.take(peer.organisation, topic.kind, deps.wall.now()) : undefined
    if (isShared && place === undefined)
      return { reason: 'ShareExceeded', detail: `${peer.organisation} ${topic.kind}` }
    try {
      // Each client names its own messages: nobody can take the name of another's beforehand.
      const id = `${peer.eui} ${sent.id}`
      const at = await carrier.publish(topic, sent.message, id)
      place?.kept(at)
      return { position: at }
    } catch (cause) {
      place?.notKept()
      if (!(cause instanceof Fault)) throw cause
      deps.log.warn({ topic: sent.topic, code: cause.code }, 'not carried')
      return { reason: cause.code, detail: cause.message }
    }
  }

  async function publish({ peer, body }: HttpRequest): Promise<Reply> {
    const { messages } = body as Publications
    const done = batches.begin(peer.eui)
    if (done === undefined || !pace.take(peer.eui, messages.length, deps.wall.now())) {
      done?.()
      return problem('RateExceeded')
    }
    try {
      // All at once, in their order: whoever carries keeps it.
      const results = await Promise.all(messages.map((each) => keep(peer, each)))
      return { status: 200, body: { results } satisfies PublicationResults }
    } finally {
      done()
    }
  }

  function open({ peer, query }: HttpRequest, signal: AbortSignal): Reply | AsyncIterable<object> {
    const { after = '', ...selection } = query
    if (!selectionShape.Check(selection) || !/^\d{1,15}$/.test(after))
      return problem('BodyInvalid', 'which kind of topic, and after which position?')
    if (!permissions.mayAsk(peer, selection))
      return problem('NotPermitted', 'nothing of that was granted to this organisation')
    const done = streams.begin(peer.eui)
    if (done === undefined) return problem('RateExceeded', 'too many streams')
    const mayRead = (topic: Topic): boolean => permissions.mayRead(peer, topic)
    return lines(carrier.read(selection, position(Number(after)), signal, mayRead), mayRead, done)
  }

  /** What the client may read, as it stands when each message goes out, whether or not the carrier looks. */
  async function* lines(
    carried: AsyncIterable<Carried>,
    mayRead: (topic: Topic) => boolean,
    done: () => void,
  ): AsyncGenerator<object> {
    try {
      for await (const { topic, position: at, message } of carried)
        if (mayRead(topic)) yield { topic: topicName(topic), position: at, message }
    } finally {
      done()
    }
  }

  async function list({ peer, query }: HttpRequest): Promise<Reply> {
    const { kind } = query
    const known = topicKinds.find((each) => each === kind)
    if (known === undefined || sealedTopic(known) === undefined)
      return problem('BodyInvalid', 'which kind of topic?')
    const isAdministrator = administrators.includes(peer.organisation)
    if (peer.role === 'supervisor' && !isAdministrator) return problem('NotPermitted')
    const topics = (await carrier.topics(known)).filter(
      ({ topic }) =>
        peer.role === 'supervisor' ||
        permissions.mayRead(peer, topic) ||
        permissions.mayPublish(peer, topic),
    )
    const body = topics.map(({ topic, messages }) => ({ topic: topicName(topic), messages }))
    return { status: 200, body: { topics: body } }
  }

  async function last({ peer, params }: HttpRequest): Promise<Reply> {
    const kind = topicKinds.find((each) => each === params['kind'])
    if (kind === undefined) return problem('NotFound', 'no kind of topic')
    if (!permissions.mayAsk(peer, { kind })) return problem('NotPermitted')
    return { status: 200, body: { position: await carrier.last(kind) } }
  }

  return {
    endpoints: [
      {
        method: 'POST',
        url: '/api/v1/messages',
        roles: publishers,
        body: Publications,
        bodyBytesMax: 2 * accessPointLimits.batchBytesMax,
        summary: 'publishes sealed messages; each gets its position, or why it was not kept',
        handle: publish,
      },
      {
        method: 'GET',
        url: '/api/v1/topics',
        roles: [...clients, 'supervisor'],
        summary: 'topics of a kind, of those that the client has to do with',
        handle: list,
      },
      {
        method: 'GET',
        url: '/api/v1/positions/:kind',
        roles: readers,
        summary: 'where the last message of a kind stands',
        handle: last,
      },
    ],
    messages: {
      url: '/api/v1/messages',
      roles: readers,
      summary: 'sealed messages of a selection after a position, as lines, and those to come',
      open,
    },
  }
}
