import { hanAnswers, hanRevocationList, limits } from '@interlock/contract'
import { systemPorts, type Identity, type Ports } from '@interlock/host'
import { Fault, inHours } from '@interlock/kernel'
import { createCrl, revocationBundle, type Hierarchy } from '@interlock/pki'
import { expect, test } from 'vitest'
import { armFrom } from './fixture/hub.fixture.ts'
import { chargingDsrsp, crypto, dcc, dsrsp, issuing } from './fixture/parties.fixture.ts'
import { scene, start, type Scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const done = Uint8Array.of(hanAnswers.done)
const refusal = Uint8Array.of(hanAnswers.refused)

/** A list as its authority signs it, in wall time. */
const listOf = (
  number: number,
  revoked: readonly { readonly peer: Pick<Identity['peer'], 'serialHex'> }[] = [],
  by: Hierarchy = 'smartMeter',
): string => {
  const now = dcc.peer.notBefore
  const list = createCrl({
    ca: issuing[by],
    number,
    revoked: revoked.map(({ peer }) => ({ serialHex: peer.serialHex, at: now })),
    now,
    validMillis: inHours(72),
    crypto,
  })
  return revocationBundle(list, issuing[by].certificatePem)
}
const bring = ({ hub }: Scene, text: string) => hub.raw(hanRevocationList(text))
const responseArm = () => armFrom(start, { use: 'ECS47e' }).bytes

test('a provider whose certificate is revoked arms no longer, and its owner still does', async () => {
  const to = await scene()
  expect(await to.hub.deliver(responseArm())).toMatchObject({ result: 'success' })
  expect(await bring(to, listOf(1, [dsrsp]))).toEqual(done)
  expect(await to.hub.deliver(responseArm())).toBeUndefined()
  expect(to.happenings.at(-1)).toMatchObject({ kind: 'refusal', reason: 'SignerRevoked' })
  expect(await to.hub.deliver(armFrom(start).bytes)).toMatchObject({ result: 'success' })
})

test('a data company whose certificate is revoked has nothing delivered', async () => {
  const to = await scene()
  await bring(to, listOf(1, [dcc]))
  expect(await to.hub.deliver(armFrom(start).bytes)).toBeUndefined()
  expect(to.happenings.at(-1)).toMatchObject({ reason: 'SignerRevoked' })
})

test('the list of the other hierarchy revokes nobody here and goes to the charger all the same', async () => {
  const to = await scene()
  const text = listOf(1, [dsrsp, chargingDsrsp], 'charging')
  expect(await bring(to, text)).toEqual(done)
  expect(to.station.of('revocationList')).toEqual([{ kind: 'revocationList', text }])
  expect(await to.hub.deliver(responseArm())).toMatchObject({ result: 'success' })
})

test('an older list is refused, also after a loss of power, so nobody comes back', async () => {
  const to = await scene()
  await bring(to, listOf(5, [dsrsp]))
  expect(await bring(to, listOf(4))).toEqual(refusal)
  await to.restart()
  expect(await bring(to, listOf(4))).toEqual(refusal)
  expect(to.happenings.at(-1)).toMatchObject({ kind: 'security', reason: 'ListOlder' })
  expect(await to.hub.deliver(responseArm())).toBeUndefined()
})

test('a charger that was away is given the lists when it comes back, before any arm', async () => {
  const to = await scene()
  to.station.close()
  await until(() => !to.llcs.connected().station, 'the absence')
  await bring(to, listOf(1))
  await to.hub.deliver(armFrom(start).bytes)
  await to.restart()
  expect(to.station.heard.map(({ kind }) => kind)).toEqual(['time', 'revocationList', 'arm'])
})

test('a list too long for a serial line leaves the link, and the arm behind it arrives', async () => {
  const to = await scene({}, { listenFrames: shortFramesOnly })
  const serials = Array.from({ length: 500 }, (_, at) => ({
    peer: { serialHex: `4${at.toString(16).padStart(31, '0')}` },
  }))
  const text = listOf(1, serials)
  expect(text.length).toBeGreaterThan(20_000)
  expect(await bring(to, text)).toEqual(done)
  expect(await to.hub.deliver(armFrom(start).bytes)).toMatchObject({ result: 'success' })
  expect(to.llcs.connected().station).toBe(true)
  expect(to.station.heard.map(({ kind }) => kind)).toEqual(['time', 'arm'])
  await to.restart()
  expect(to.station.heard.map(({ kind }) => kind)).toEqual(['time', 'arm'])
  expect(to.llcs.connected().station).toBe(true)
})

/** Refuses a long frame before it is sent, as a serial line does. */
const shortFramesOnly: Ports['listenFrames'] = (options) =>
  systemPorts.listenFrames({
    ...options,
    accept: (socket) =>
      options.accept({
        ...socket,
        async request(bytes, timeoutMillis) {
          if (bytes.length > 6_000) throw new Fault('FrameUnsent', 'takes too long')
          return socket.request(bytes, timeoutMillis)
        },
      }),
  })

test('what is forged, cut short or too long is refused by name and changes nothing', async () => {
  const to = await scene()
  const forged = listOf(9, [dsrsp]).replace(
    issuing.smartMeter.certificatePem,
    issuing.charging.certificatePem,
  )
  for (const [text, reason] of [
    [forged, 'ListIssuer'],
    ['', 'ListUnreadable'],
    ['x'.repeat(limits.revocationListCharsMax + 1), 'ListUnreadable'],
  ] as const) {
    expect(await bring(to, text)).toEqual(refusal)
    expect(to.happenings.at(-1)).toMatchObject({ kind: 'security', reason })
  }
  expect(await to.hub.raw(Uint8Array.of(4, 0xff))).toEqual(refusal)
  expect(await to.hub.deliver(responseArm())).toMatchObject({ result: 'success' })
  expect(to.station.of('revocationList')).toEqual([])
})
