import { parseEui64 } from '@interlock/kernel'
import type { TopicSelection } from '@interlock/contract'
import { atServer, serverAccess, serverFlags } from '../at-server.ts'
import { exits, UsageError, type Command, type Invocation } from '../command.ts'
import { textOf, type FlagSpecs, type FlagValues } from '../flags.ts'
import { refuse } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'

const flags = serverFlags({
  at: 'an access point (or, for grants, the key server): https://…',
  identity: 'key and chain of a client, or of a supervisor',
})
const access = serverAccess
const grantFlags: FlagSpecs = {
  ...flags,
  to: { kind: 'text', value: 'EUI', help: 'the organisation, as 02-00-00-00-00-00-00-01' },
  may: { kind: 'text', value: 'WHAT', help: 'publish or read' },
}
const form = 'ev/REGION/FEEDER/KIND/ID, where REGION, FEEDER and ID may be + for any'

export const topicList: Command = {
  name: 'topic ls',
  summary: 'the topics of a kind that you have to do with, and how much is kept of each',
  usage: `interlock topic ls KIND ${access}`,
  example:
    'interlock topic ls load --at https://broker.example:8443 --identity csms --trust root.pem',
  operands: 'KIND',
  flags,
  async run(invocation) {
    const { print, flags: given } = invocation
    const kind = await kindIn(operandOf(invocation, 'KIND'))
    const answer = await atServer(given, async (http, base) =>
      answered(await http.request('GET', `${base}/topics?kind=${kind}`)),
    )
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    const { topics } = answer.value as { topics: readonly { topic: string; messages: number }[] }
    const lines = topics.map(({ topic, messages }) => `${topic}  ${messages}`)
    print({ topics }, lines.length === 0 ? 'nothing is kept' : lines.join('\n'))
    return exits.done
  },
}

/** After so long without a message it is said what is waited for. */
const quietMillis = 2_000

export const topicTail: Command = {
  name: 'topic tail',
  summary: 'what is carried on topics, by its headers: author, sequence, time; it stays sealed',
  usage: `interlock topic tail TOPIC [--count N] [--after POSITION] ${access}`,
  example:
    'interlock topic tail ev/eastern/f1/load/+ --count 5 --at https://broker.example:8443 --identity csms --trust root.pem',
  operands: 'TOPIC',
  flags: {
    ...flags,
    count: { kind: 'text', value: 'N', help: 'end after so many messages; 10 unless given' },
    after: { kind: 'text', value: 'POSITION', help: 'begin after this position; 0 unless given' },
  },
  async run(invocation) {
    const { print, say, flags: given } = invocation
    const selection = await selectionIn(operandOf(invocation, 'TOPIC'))
    const count = wholeIn(given, 'count', 10)
    if (count === 0) throw new UsageError('--count: at least 1')
    const query = new URLSearchParams({ ...selection, after: `${wholeIn(given, 'after', 0)}` })
    const { fromBase64Url, fromUtf8, parseJson } = await import('@interlock/kernel')
    const stop = new AbortController()
    await atServer(given, async (http, base) => {
      let seen = 0
      // What is kept comes at once; what is awaited after that may never come.
      const waiting = setTimeout(() => {
        const words = `${seen} of ${count} messages have come; waiting for more. Ctrl-C ends it.`
        say(words)
      }, quietMillis)
      try {
        for await (const line of http.lines(`${base}/messages?${query}`, stop.signal)) {
          const { topic, position, message } = line as {
            topic: string
            position: number
            message: { head: string }
          }
          const head = parseJson(fromUtf8(fromBase64Url(message.head) ?? new Uint8Array()), 4)
          const { author, role, seq, iat, epoch, protection } = (
            head.ok ? head.value : {}
          ) as Record<string, string | number | undefined>
          const at = typeof iat === 'number' ? new Date(iat).toISOString() : ''
          const words = `${position}  ${topic}  ${protection} by ${role} ${author}, ${seq}, ${at}`
          print({ topic, position, author, role, seq, iat, epoch, protection }, words)
          waiting.refresh()
          if (++seen >= count) break
        }
      } finally {
        clearTimeout(waiting)
      }
      stop.abort()
    })
    return exits.done
  },
}

const changing = (
  name: 'grant' | 'revoke',
  method: 'PUT' | 'DELETE',
  summary: string,
  done: string,
): Command => ({
  name: `topic ${name}`,
  summary,
  usage: `interlock topic ${name} TOPIC --to EUI --may publish|read ${access}`,
  example: `interlock topic ${name} ev/eastern/+/load/+ --to 02-00-00-00-00-00-00-01 --may read --at https://broker.example:8443 --identity supervisor --trust root.pem`,
  operands: 'TOPIC',
  flags: grantFlags,
  async run(invocation) {
    const { print, flags: given } = invocation
    const selection = await selectionIn(operandOf(invocation, 'TOPIC'))
    const organisation = parseEui64(textOf(given, 'to') ?? '')
    if (organisation === undefined) throw new UsageError('to whom? --to 02-00-00-00-00-00-00-01')
    const may = textOf(given, 'may')
    if (may !== 'publish' && may !== 'read') throw new UsageError('what? --may publish or read')
    const grant = { organisation, may, ...selection }
    const answer = await atServer(given, async (http, base) =>
      answered(await http.request(method, `${base}/grants`, grant)),
    )
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    print({ ok: true, grant }, `${organisation} ${done} ${may} there`)
    return exits.done
  },
})
export const topicGrant = changing(
  'grant',
  'PUT',
  'let an organisation publish or read; at the key server this is its contract',
  'may now',
)
export const topicRevoke = changing(
  'revoke',
  'DELETE',
  'take exactly such a grant back',
  'may no longer',
)

export function operandOf({ operands }: Invocation, what: string): string {
  const [only, ...more] = operands
  if (only === undefined || more.length > 0) throw new UsageError(`which one ${what}?`)
  return only
}

/** @throws UsageError for what is no whole number */
export function wholeIn(flags: FlagValues, name: string, otherwise: number): number {
  const text = textOf(flags, name)
  if (text === undefined) return otherwise
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${name}: a whole number`)
  return Number(text)
}

/** The kinds that are carried. */
async function kindsCarried(): Promise<readonly TopicSelection['kind'][]> {
  const { sealedTopic, topicKinds } = await import('@interlock/contract')
  return topicKinds.filter((each) => sealedTopic(each) !== undefined)
}

/** @throws UsageError for what is no kind that is carried */
async function kindIn(text: string): Promise<TopicSelection['kind']> {
  const kinds = await kindsCarried()
  const kind = kinds.find((each) => each === text)
  if (kind === undefined) throw new UsageError(`not a kind: ${text}. Kinds are ${kinds.join(', ')}`)
  return kind
}

/** @throws UsageError for what is no topic of a kind that is carried */
export async function selectionIn(text: string): Promise<TopicSelection> {
  const kinds = await kindsCarried()
  const [root, region, feeder, kindText, id, ...rest] = text.split('/')
  const kind = kinds.find((each) => each === kindText)
  const levels = Object.entries({ region, feeder, id })
  const isWhole = levels.every(([, level]) => /^[A-Za-z0-9_.*+=|@-]{1,64}$/.test(level ?? ''))
  if (root !== 'ev' || kind === undefined || !isWhole || rest.length > 0) {
    throw new UsageError(`not a topic: ${text}. It is ${form}; kinds are ${kinds.join(', ')}`)
  }
  const named = levels.filter(([, level]) => level !== '+')
  return { kind, ...Object.fromEntries(named) }
}
