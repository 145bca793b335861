import { serverRefusalRow, type ServerRefusal } from '@interlock/contract'
import { refused, unobserved } from '@interlock/kernel'
import { afterEach, expect, test } from 'vitest'
import { createHierarchy } from './hierarchy.fixture.ts'
import type { Identity } from './identity.ts'
import { silentLog } from './log.ts'
import { openOcppServer, type OcppServerOptions } from './ocpp-server.ts'
import { clientTls } from './tls.ts'
import { answerTo as answerOf } from './upgrade.fixture.ts'

const ours = createHierarchy()
const theirs = createHierarchy()
const station = ours.certify('station', 'station-1')
const lost = ours.certify('station', 'station-1')
const trust = { roots: ours.roots, revoked: (serial: string) => serial === lost.peer.serialHex }
const subprotocols = ['ocpp2.0.1']

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A CSMS that admits a station under its own name only. */
async function csmsServer(options: Partial<OcppServerOptions>) {
  const accepted: unknown[] = []
  const server = await openOcppServer({
    listen: { host: '127.0.0.1', port: 0 },
    identity: ours.certify('csms'),
    trust,
    securityProfile: 3,
    activity: unobserved,
    log: silentLog,
    subprotocols,
    admit: ({ id, peer }) =>
      Promise.resolve(peer?.commonName === id ? { ok: true } : refused('IdentityMismatch')),
    accept: (socket) => accepted.push(socket),
    ...options,
  })
  closers.push(() => server.close())
  const url = (id: string): string => `wss://127.0.0.1:${server.port}/ocpp/${id}`
  return { url, accepted }
}

const answerTo = (url: string, identity?: Identity) => {
  const { checkServerIdentity: _, ...tls } = clientTls(identity, trust)
  return answerOf(url, subprotocols, tls)
}

test.each([
  [
    'no certificate',
    { identity: undefined },
    'station-1',
    401,
    { reason: 'CertificateMissing', title: 'the client showed no certificate' },
  ],
  [
    'a certificate of another root',
    { identity: theirs.certify('station', 'station-1') },
    'station-1',
    401,
    { reason: 'CertificateUntrusted', detail: expect.stringContaining('ISSUER') as string },
  ],
  [
    'an expired certificate',
    { identity: ours.certify('csms', 'station-1', true) },
    'station-1',
    401,
    { reason: 'CertificateExpired', detail: expect.stringMatching(/valid from .* to /) as string },
  ],
  [
    'a revoked certificate',
    { identity: lost },
    'station-1',
    403,
    { reason: 'CertificateRevoked', detail: `serial ${lost.peer.serialHex}` },
  ],
  [
    "another station's path",
    { identity: station },
    'station-2',
    403,
    { reason: 'IdentityMismatch' },
  ],
  [
    'a path that is no identity',
    { identity: station },
    'a%2Fb',
    404,
    { reason: 'UnknownIdentity' },
  ],
])(
  'a client with %s is refused before the upgrade, with a reason of its own, and it is recorded',
  async (_title, { identity }, id, status, why) => {
    const logged: object[] = []
    const told: object[] = []
    const log = { ...silentLog, warn: (fields: object) => void logged.push(fields) }
    const onRefusal = (refusal: object, asked: object) => void told.push({ ...refusal, ...asked })
    const { url, accepted } = await csmsServer({ log, onRefusal })
    const answer = await answerTo(url(id), identity)
    expect(answer).toMatchObject({
      status,
      type: 'application/problem+json',
      body: {
        type: `urn:interlock:problem:${why.reason}`,
        title: serverRefusalRow(why.reason as ServerRefusal).words,
        remedy: serverRefusalRow(why.reason as ServerRefusal).remedy,
        status,
        ...why,
      },
    })
    expect(accepted).toEqual([])
    const { reason } = why
    expect(logged).toContainEqual(expect.objectContaining({ reason, remedy: answer.body.remedy }))
    // What the transport lets through is recorded by whoever decides.
    if (reason !== 'IdentityMismatch')
      expect(told).toMatchObject([{ reason, id: reason === 'UnknownIdentity' ? undefined : id }])
  },
)

test('of an address that goes on and on no more is told', async () => {
  const told: object[] = []
  const { url } = await csmsServer({ onRefusal: (refusal) => void told.push(refusal) })
  for (let i = 0; i < 12; i++) expect((await answerTo(url('station-1'))).status).toBe(401)
  expect(told).toHaveLength(10)
})

test('a password is asked for only where one would do', async () => {
  const certified = await csmsServer({})
  expect((await answerTo(certified.url('station-1'))).challenge).toBeUndefined()
  const admit = () => Promise.resolve(refused('NotAuthenticated'))
  const byPassword = await csmsServer({ securityProfile: 2, admit })
  const answer = await answerTo(byPassword.url('station-1'))
  expect(answer.challenge).toContain('Basic')
  expect(answer.body).not.toHaveProperty('detail')
})
