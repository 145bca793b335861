import {
  eui64,
  Fault,
  inMinutes,
  inSeconds,
  instant,
  plus,
  toBase64Url,
  utf8,
  type Clock,
  type Instant,
} from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import {
  headerNames,
  pathOf,
  signRequest,
  writeBody,
  writeHeaders,
  type MessageBody,
  type MessageName,
  unregistered,
  type Association,
} from '@interlock/oscp'
import { expect, test } from 'vitest'
import { nodeCrypto as crypto } from '../node-crypto.ts'
import { messagesPerMinuteMax, openDesk } from './desk.ts'
import type { Sending, TakingBack } from './outbox.ts'

const [us, org] = [eui64('A0-00-00-00-00-00-00-11'), eui64('A0-00-00-00-00-00-00-12')]
const { key } = crypto.generateKey()
const thumbprint = toBase64Url(crypto.sha256(key.publicKey.spki))
const token = 'token-of-the-provider'
const origin = 'https://csms.test'

/** One desk, on a clock that moves when told to and a disk that can be full. */
function office() {
  let now = instant(1_800_000_000_000)
  let due: { at: Instant; work: () => void | Promise<void> } | undefined
  const disk = { full: false, association: unregistered }
  const clock: Clock = {
    now: () => now,
    after(delay, _label, work) {
      const mine = { at: plus(now, delay), work }
      due = mine
      return { cancel: () => void (due === mine && (due = undefined)) }
    },
  }
  /** What a timer throws ends nothing: the clock of an actor tells it to the log. */
  const pass = async (by: ReturnType<typeof inMinutes>): Promise<void> => {
    const end = plus(now, by)
    while (due !== undefined && due.at <= end) {
      const { at, work } = due
      due = undefined
      now = at
      try {
        await work()
      } catch (error) {
        if (!(error instanceof Fault)) throw error
      }
    }
    now = end
  }
  const records: string[] = []
  const write = (kind: string) => void records.push(kind)
  const sent: (Sending | TakingBack)[] = []
  let heard = 0
  const desk = openDesk({
    kind: 'provider',
    peer: {
      name: 'acacia',
      pinned: { org, thumbprint, publicKey: key.publicKey },
      door: { us: 'cp', peer: 'fp', tokenDigest: crypto.sha256(utf8(token)) },
      terms: {
        ours: { token, versions: [{ version: '2.0', baseUrl: 'https://dso.test/oscp/cp/2.0' }] },
        required: { heartbeatSeconds: 60, measurements: [] },
        peerOrigin: origin,
      },
      groups: new Set(['feeder-1']),
    },
    us,
    associations: {
      of: () => disk.association,
      keep(_peer, association: Association) {
        if (disk.full) throw new Fault('DiskFull', 'no space')
        disk.association = association
      },
    },
    outbox: { send: (each) => void sent.push(each), close: () => Promise.resolve() },
    audit: { record: write, critical: write } as unknown as Audit,
    onHeard: () => void (heard += 1),
    deps: { clock, crypto },
    label: 'dso/oscp/acacia',
  })
  let requests = 0
  const say = <Name extends MessageName>(name: Name, body: MessageBody<Name>, shown = token) => {
    const headers = writeHeaders({ requestId: `request-${++requests}` }, shown)
    const path = pathOf('cp', name)
    const http = { method: 'POST', path, headers, body: writeBody(name, body) }
    const signature = signRequest(http, us, { thumbprint, key }, now, crypto)
    return desk.hear({ ...http, headers: { ...headers, [headerNames.signature]: signature } })
  }
  const agree = async (): Promise<void> => {
    const versions = [{ version: '2.0', baseUrl: `${origin}/oscp/fp/2.0` }]
    expect((await say('register', { token: 'token-for-the-operator', versions })).ok).toBe(true)
    expect((await say('handshake', { heartbeatSeconds: 120, measurements: [] })).ok).toBe(true)
  }
  const heartbeats = () =>
    sent.filter((each) => 'message' in each && each.message.name === 'heartbeat').length
  const beat = () => say('heartbeat', { offlineModeAt: plus(now, inMinutes(3)) })
  return { say, agree, beat, pass, heartbeats, records, heard: () => heard, disk, desk }
}

test('a provider whose heartbeats stop is silent, and told anew once it is heard', async () => {
  const { agree, beat, pass, heartbeats, records, heard } = office()
  await agree()
  expect(heard()).toBe(1)
  await pass(inSeconds(179))
  expect([records.includes('ProviderSilent'), heartbeats()]).toEqual([false, 2])
  await pass(inSeconds(1))
  expect(records.filter((kind) => kind === 'ProviderSilent')).toHaveLength(1)
  expect((await beat()).ok).toBe(true)
  expect(heard()).toBe(2)
})

test('what is due while the disk is full is done when it no longer is', async () => {
  const { agree, pass, heartbeats, disk } = office()
  await agree()
  disk.full = true
  await pass(inMinutes(3))
  expect(heartbeats()).toBe(0)
  disk.full = false
  await pass(inMinutes(1))
  expect(heartbeats()).toBe(1)
})

test('of more messages than anybody needs no more is heard until the minute is over', async () => {
  const { agree, say, beat, pass } = office()
  await agree()
  const guess = () => say('handshake', { measurements: [] }, 'token-that-is-guessed')
  for (let count = 2; count < messagesPerMinuteMax; count += 1)
    expect(await guess()).toMatchObject({ reason: 'TokenWrong' })
  expect(await beat()).toMatchObject({ reason: 'TooManyRequests' })
  await pass(inMinutes(1))
  expect((await beat()).ok).toBe(true)
})
