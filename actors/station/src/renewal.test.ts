import { existsSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { readText, saveIdentity, temporaryDir } from '@interlock/host'
import { assert, stationId, toHex } from '@interlock/kernel'
import { verifyCsr, verifyRenewalProof } from '@interlock/pki'
import { expect, test } from 'vitest'
import { foreignAuthority, pemFile } from './fixture/openssl.fixture.ts'
import {
  certify,
  charging,
  crypto,
  csms as csmsIdentity,
  station,
  stationSubject,
} from './fixture/parties.fixture.ts'
import type { PlainCsms } from './fixture/plain-csms.fixture.ts'
import { quickly, scene } from './fixture/scene.fixture.ts'
import { standardScene } from './fixture/standard.fixture.ts'
import { until } from './fixture/until.fixture.ts'
import { trialsMax } from './own-identity.ts'

/** What the CSMS of a standard charger trusts, and an authority that the charger alone knows. */
const stranger = foreignAuthority()
const roots = pemFile('roots.pem', charging.root.certificatePem + stranger.certificatePem)
const variables = { ...quickly, 'OCPPCommCtrlr.NetworkProfileConnectionAttempts': '1' }
const old = toHex(station.peer.der)

const shownIn = ({ socket }: IncomingMessage): string =>
  toHex((socket as TLSSocket).getPeerCertificate().raw)

/** A copy of its own of the charger's key and certificate. */
function identityDir(): string {
  const dir = temporaryDir('interlock-renewal')
  saveIdentity(dir, station.keyPem, station.chainPem)
  return dir
}

/** A standard charger under security profile 3, and the certificates that its CSMS has seen. */
async function renewing() {
  const identity = identityDir()
  const shown: string[] = []
  const refused = new Set<string>()
  const { keyPem: key, chainPem: cert } = csmsIdentity
  const to = await standardScene({
    tls: {
      key,
      cert,
      ca: [charging.root.certificatePem],
      requestCert: true,
      rejectUnauthorized: true,
    },
    network: { securityProfile: 3 },
    config: { identity, variables, trust: { charging: roots } },
    before(csms) {
      csms.admit = (request) => {
        const certificate = shownIn(request)
        shown.push(certificate)
        return refused.has(certificate) ? 403 : undefined
      }
    },
  })
  const lastShown = (): string => shown.at(-1) ?? ''
  /** A second at a time until the CSMS has what it waits for. */
  const pass = (condition: () => boolean) =>
    expect
      .poll(
        async () => {
          await to.clock.advance(1_000)
          return condition()
        },
        { timeout: 40_000 },
      )
      .toBe(true)
  return { to, identity, shown, lastShown, refused, pass }
}

/** Has the charger ask for a certificate, and sends it what `sign` makes of the request. */
async function renew(csms: PlainCsms, sign: (csr: string) => string): Promise<void> {
  const request = csms.next('SignCertificate')
  await csms.call('TriggerMessage', { requestedMessage: 'SignChargingStationCertificate' })
  const certificateChain = sign((await request).csr as string)
  expect(await csms.call('CertificateSigned', { certificateChain })).toEqual({ status: 'Accepted' })
}
const ours = (csr: string): string =>
  certify(csr, stationSubject, 'chargingDevice', charging.issuing)
const discarded = (csms: PlainCsms): boolean =>
  csms
    .sent('SecurityEventNotification')
    .some(({ type }) => type === 'DiscardedRenewedClientCertificate')

test('A02.FR.28, A02.FR.29: a certificate that TLS ends without a word gives way to the old one, and the CSMS is told', async () => {
  const { to, identity, shown, pass } = await renewing()
  await renew(to.csms, (csr) => stranger.sign(csr))
  await until(() => !to.csms.connected(), 'the end of the old connection')
  expect(existsSync(`${identity}/renewed/chain.pem`)).toBe(true)
  await pass(() => discarded(to.csms))
  // Each time that the old one was let in, the new one was tried again.
  expect(new Set(shown)).toEqual(new Set([old]))
  expect(shown.length).toBeGreaterThanOrEqual(trialsMax + 2)
  // Nothing of the new one is left, and it is not tried again.
  expect(existsSync(`${identity}/renewed/key.pem`)).toBe(false)
  expect(readText(`${identity}/key.pem`)).toBe(station.keyPem)
  await to.restart()
  expect(to.csms.connected()).toBe(true)
})

test('A02.FR.10: once the CSMS has accepted the new certificate the old one opens nothing', async () => {
  const { to, identity, shown, lastShown, refused, pass } = await renewing()
  await renew(to.csms, ours)
  await until(() => to.csms.sent('Heartbeat').length > 0, 'the new connection')
  const renewed = lastShown()
  expect(renewed).not.toBe(old)
  await until(() => !existsSync(`${identity}/renewed/key.pem`), 'the end of the trial')
  expect(readText(`${identity}/key.pem`)).not.toBe(station.keyPem)
  expect(discarded(to.csms)).toBe(false)
  // Whoever shuts it out does not get to see the old one.
  refused.add(renewed)
  const before = shown.length
  to.csms.drop()
  await pass(() => shown.length >= before + 2)
  await to.restart()
  await pass(() => shown.length >= before + 4)
  expect(new Set(shown.slice(before))).toEqual(new Set([renewed]))
})

test('A02.FR.28: a CSMS that is away after the renewal loses the charger neither certificate, and gets the new one', async () => {
  const { to, identity, lastShown, pass } = await renewing()
  const watching = to.csms.admit
  let isBack = false
  await renew(to.csms, (csr) => {
    // It is there again just when the old one has its turn.
    to.csms.admit = (request) => {
      isBack ||= to.csms.upgrades.length >= 4 && shownIn(request) === old
      return isBack ? watching(request) : 503
    }
    return ours(csr)
  })
  await pass(() => to.csms.upgrades.length >= 3)
  for (const dir of [identity, `${identity}/renewed`])
    expect(existsSync(`${dir}/chain.pem`)).toBe(true)
  await pass(() => lastShown() !== old && !existsSync(`${identity}/renewed/key.pem`))
  expect(to.csms.connected()).toBe(true)
  expect(discarded(to.csms)).toBe(false)
})

test('A02.FR.28, A02.FR.29: a certificate refused with 403 gives way to the old one', async () => {
  const { to, lastShown, refused, pass } = await renewing()
  const watching = to.csms.admit
  to.csms.admit = (request) => {
    const certificate = shownIn(request)
    if (certificate !== old) refused.add(certificate)
    return watching(request)
  }
  await renew(to.csms, ours)
  await pass(() => discarded(to.csms))
  expect(lastShown()).toBe(old)
})

test('A03.FR.24, A03.FR.25: across a loss of power too, and where the boot is refused', async () => {
  const { to, shown, lastShown, pass } = await renewing()
  const watching = to.csms.admit
  await renew(to.csms, (csr) => {
    to.csms.admit = () => 503
    return ours(csr)
  })
  await until(() => to.csms.upgrades.length >= 2, 'an attempt with the new certificate')
  await to.station.close()
  to.csms.admit = watching
  const boot = { currentTime: '2026-01-05T23:00:00Z', interval: 3_600, status: 'Accepted' }
  to.csms.answers.BootNotification = () => {
    if (lastShown() === old) return boot
    setImmediate(() => to.csms.drop())
    return { ...boot, status: 'Rejected' }
  }
  await to.restart()
  // Both are still there, and the new one comes first again.
  expect(shown).toHaveLength(2)
  expect(lastShown()).not.toBe(old)
  await pass(() => discarded(to.csms))
  expect(lastShown()).toBe(old)
})

test('A02.FR.28: a supervised charger comes back too, and its next request is signed by the key that is registered', async () => {
  const identity = identityDir()
  const { csms, station: charger } = await scene({
    withoutLlcs: true,
    config: { identity, variables },
  })
  const request = async (): Promise<string> => {
    const before = csms.sent('SignCertificate').length
    await until(() => charger.connected().csms, 'the connection')
    await csms.endpoint().call('TriggerMessage', {
      requestedMessage: 'SignChargingStationCertificate',
    })
    await until(() => csms.sent('SignCertificate').length > before, 'the request')
    return csms.sent('SignCertificate').at(-1)?.csr ?? ''
  }
  const csr = await request()
  const first = verifyCsr(csr, crypto)
  const certificateChain = ours(csr)
  csms.admits = ({ der }) => toHex(der) === old
  await csms.endpoint().call('CertificateSigned', { certificateChain })
  const types = () => csms.sent('SecurityEventNotification').map(({ type }) => type)
  await until(() => types().includes('DiscardedRenewedClientCertificate'), 'the event')
  const next = verifyCsr(await request(), crypto)
  assert(first.ok && next.ok, 'the requests verify')
  const registered = crypto.publicKey(first.value.publicKey.spki)
  assert(registered !== undefined, 'a charger has a P-256 key')
  const id = stationId(stationSubject.commonName)
  const { challenge, publicKey } = next.value
  expect(verifyRenewalProof(challenge, registered, id, publicKey, crypto)).toBe(true)
})
