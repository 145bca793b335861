import { constants } from 'node:crypto'
import type { Identity } from '@interlock/host'
import { expect, test } from 'vitest'
import { foreignAuthority, pemFile } from './fixture/openssl.fixture.ts'
import {
  charging,
  csms as ours,
  distant,
  folderOf,
  stationSubject,
} from './fixture/parties.fixture.ts'
import { heard, startPlainCsms, type PlainCsms } from './fixture/plain-csms.fixture.ts'
import { quickly } from './fixture/scene.fixture.ts'
import { password, standardScene, type StandardOptions } from './fixture/standard.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const another = foreignAuthority()
const stranger = foreignAuthority()
const trusting = { trust: { charging: pemFile('root.pem', another.certificatePem) } }
const basic = (secret: string): string =>
  `Basic ${Buffer.from(`station-1:${secret}`).toString('base64')}`
const eventsOf = (csms: PlainCsms): unknown[] =>
  csms.sent('SecurityEventNotification').map(({ type }) => type)
const setPassword = (csms: PlainCsms, attributeValue: string) =>
  csms.call('SetVariables', {
    setVariableData: [
      {
        component: { name: 'SecurityCtrlr' },
        variable: { name: 'BasicAuthPassword' },
        attributeValue,
      },
    ],
  })

test('A00: a CSMS of another authority is believed by its root and its host name', async () => {
  const { csms } = await standardScene({ tls: another.server('127.0.0.1'), config: trusting })
  expect(csms.sent('BootNotification')).toHaveLength(1)
})

test.each([
  ['an authority that the station does not know', stranger.server('127.0.0.1')],
  ['another host', another.server('127.0.0.2')],
])(
  'A00.FR.308, A00.FR.309: a certificate of %s ends the connection before anything is said',
  async (_, tls) => {
    const { csms, station } = await standardScene({ tls, config: trusting })
    expect(csms.upgrades).toEqual([])
    expect(station.connected().csms).toBe(false)
  },
)

test('A00.FR.311: a CSMS of this system proves its host name too, where a station knows OCPP alone', async () => {
  const serve = ({ keyPem: key, chainPem: cert }: Identity) => ({ key, cert })
  const refused = await standardScene({ tls: serve(distant) })
  expect(refused.csms.upgrades).toEqual([])
  expect(refused.station.connected().csms).toBe(false)
  const believed = await standardScene({ tls: serve(ours) })
  expect(believed.csms.sent('BootNotification')).toHaveLength(1)
})

test('A00.FR.413, A04.FR.01, A04.FR.02: the event of a refused server is told to the next one that is believed', async () => {
  const to = await standardScene({
    tls: stranger.server('127.0.0.1'),
    config: trusting,
  })
  const { port } = to.csms
  await to.csms.close()
  const good = await startPlainCsms(to.clock, { tls: another.server('127.0.0.1'), port })
  await to.clock.advance(5_000)
  await until(() => eventsOf(good).includes('InvalidCsmsCertificate'), 'the event')
  await to.station.close()
  await good.close()
})

test('A00.FR.314: a server that speaks no TLS 1.2 is left, and that is an event', async () => {
  const old = {
    ...another.server('127.0.0.1'),
    minVersion: 'TLSv1' as const,
    maxVersion: 'TLSv1.1' as const,
    ciphers: 'DEFAULT@SECLEVEL=0',
    secureOptions: constants.SSL_OP_NO_TLSv1_2,
  }
  const to = await standardScene({ tls: old, config: trusting })
  expect(to.csms.upgrades).toEqual([])
  const { port } = to.csms
  await to.csms.close()
  const good = await startPlainCsms(to.clock, { tls: another.server('127.0.0.1'), port })
  await to.clock.advance(5_000)
  await until(() => eventsOf(good).includes('InvalidTLSVersion'), 'the event')
  await to.station.close()
  await good.close()
})

test('A01: a new password opens the next connection; a short one changes nothing', async () => {
  const { csms } = await standardScene()
  expect(await setPassword(csms, 'short')).toMatchObject({
    setVariableResult: [{ attributeStatus: 'Rejected' }],
  })
  expect(csms.upgrades).toHaveLength(1)
  const fresh = 'another password of its length'
  expect(await setPassword(csms, fresh)).toMatchObject({
    setVariableResult: [{ attributeStatus: 'Accepted' }],
  })
  await until(() => csms.upgrades.length === 2, 'the next connection')
  expect(csms.upgrades.map(({ authorization }) => authorization)).toEqual([
    basic(password),
    basic(fresh),
  ])
})

const once = { ...quickly, 'OCPPCommCtrlr.NetworkProfileConnectionAttempts': '1' }
/** A station that has taken `fresh`, and a CSMS that takes `known` alone from then on. */
async function rotated(fresh: string, known: string) {
  const to = await standardScene({ config: { variables: once } })
  const { csms, clock } = to
  csms.admit = ({ headers }) => (headers.authorization === basic(known) ? undefined : 401)
  await setPassword(csms, fresh)
  await until(() => csms.upgrades.length === 2, 'the next connection')
  const used = () => csms.upgrades.at(-1)?.authorization
  const pass = (condition: () => boolean) =>
    expect.poll(() => clock.advance(1_000).then(condition), { timeout: 40_000 }).toBe(true)
  return { csms, restart: () => to.restart(), used, pass }
}

test('A01: a CSMS that never heard of the new password gets the old one again, after a loss of power too', async () => {
  const fresh = 'another password of its length'
  const { csms, restart, used, pass } = await rotated(fresh, password)
  await until(() => !csms.connected(), 'the refusal')
  await restart()
  expect(used()).toBe(basic(fresh))
  await pass(() => csms.connected())
  expect(used()).toBe(basic(password))
  await until(() => csms.sent('BootNotification').length === 2, 'the boot')
  await restart()
  expect(used()).toBe(basic(password))
  expect(csms.connected()).toBe(true)
})

test('A01: once the new password has been accepted the old one is not used again', async () => {
  const fresh = 'another password of its length'
  const { csms, restart, pass } = await rotated(fresh, fresh)
  await until(() => csms.sent('Heartbeat').length > 0, 'its acceptance')
  await heard(csms)
  csms.admit = () => 401
  csms.drop()
  await pass(() => csms.upgrades.length >= 4)
  await restart()
  await pass(() => csms.upgrades.length >= 6)
  const later = csms.upgrades.slice(1).map(({ authorization }) => authorization)
  expect(new Set(later)).toEqual(new Set([basic(fresh)]))
})

const asked = async (csms: PlainCsms): Promise<string> => {
  const request = csms.next('SignCertificate')
  await csms.call('TriggerMessage', { requestedMessage: 'SignChargingStationCertificate' })
  return (await request).csr as string
}
const profile3: StandardOptions = {
  tls: {
    ...another.server('127.0.0.1'),
    ca: [another.certificatePem, charging.root.certificatePem],
    requestCert: true,
    rejectUnauthorized: true,
  },
  network: { securityProfile: 3 },
  config: { ...trusting, identity: folderOf('chargingDevice', stationSubject.commonName) },
}

test('A02: a certificate of the CSMS’s authority is used from the next connection on', async () => {
  const to = await standardScene({
    tls: another.server('127.0.0.1'),
    network: { securityProfile: 2 },
    config: trusting,
  })
  const csr = await asked(to.csms)
  const certificateChain = another.sign(csr)
  expect(await to.csms.call('CertificateSigned', { certificateChain })).toEqual({
    status: 'Accepted',
  })
  await to.restart()
  expect(to.csms.sent('BootNotification')).toHaveLength(2)
})

test.each([
  ['of an authority that the station does not know', (csr: string) => stranger.sign(csr)],
  ['that is none', () => 'not a certificate'],
])(
  'A02.FR.07: a certificate %s is refused and reported, and the old one stays',
  async (_, sign) => {
    const { csms } = await standardScene(profile3)
    const certificateChain = sign(await asked(csms))
    expect(await csms.call('CertificateSigned', { certificateChain })).toMatchObject({
      status: 'Rejected',
    })
    await until(() => eventsOf(csms).includes('InvalidChargingStationCertificate'), 'the event')
    expect(csms.upgrades).toHaveLength(1)
  },
)

test('A02.FR.17, A02.FR.18, A02.FR.19: without a certificate it asks again, twice as long each time, and gives up', async () => {
  const to = await standardScene()
  const count = (): number => to.csms.sent('SignCertificate').length
  const waits = (): boolean => to.clock.armed('station-1/certificate')
  await asked(to.csms)
  for (const [seconds, expected] of [
    [29, 1],
    [1, 2],
    [60, 3],
    [120, 4],
  ] as const) {
    await until(waits, `the wait after request ${count()}`)
    await to.clock.advance(seconds * 1000)
    await until(() => count() >= expected, `request ${expected}`)
    expect(count()).toBe(expected)
  }
  await until(() => !waits(), 'the last answer')
  await to.csms.call('GetLocalListVersion', {})
  await to.clock.advance(3_600_000)
  await to.csms.call('GetLocalListVersion', {})
  expect(count()).toBe(4)
})

test('A02: a refused request is not repeated', async () => {
  const to = await standardScene()
  to.csms.answers.SignCertificate = () => ({ status: 'Rejected' })
  await asked(to.csms)
  await to.clock.advance(3_600_000)
  expect(to.csms.sent('SignCertificate')).toHaveLength(1)
})

test('A05: a stronger profile is reached by certificate and order of slots, and there is no way back', async () => {
  const to = await standardScene()
  const strong = await startPlainCsms(to.clock, { tls: another.server('127.0.0.1') })
  const setPriority = (csms: PlainCsms, attributeValue: string) =>
    csms.call('SetVariables', {
      setVariableData: [
        {
          component: { name: 'OCPPCommCtrlr' },
          variable: { name: 'NetworkConfigurationPriority' },
          attributeValue,
        },
      ],
    })
  const data = (securityProfile: number, port: number) => ({
    ocppVersion: 'OCPP20',
    ocppTransport: 'JSON',
    ocppCsmsUrl: `${securityProfile === 1 ? 'ws' : 'wss'}://127.0.0.1:${port}/ocpp`,
    messageTimeout: 30,
    securityProfile,
    ocppInterface: 'Wired0',
  })
  for (const [configurationSlot, profile] of [
    [1, 2],
    [2, 3],
  ] as const)
    expect(
      await to.csms.call('SetNetworkProfile', {
        configurationSlot,
        connectionData: data(profile, strong.port),
      }),
    ).toEqual({ status: 'Accepted' })
  // A05.FR.03: profile 3 needs a certificate of the station.
  expect(await setPriority(to.csms, '2')).toMatchObject({
    setVariableResult: [{ attributeStatus: 'Rejected' }],
  })
  await to.csms.call('InstallCertificate', {
    certificateType: 'CSMSRootCertificate',
    certificate: another.certificatePem,
  })
  await setPriority(to.csms, '1,0')
  await to.csms.call('Reset', { type: 'Immediate' })
  await until(() => strong.sent('BootNotification').length === 1, 'the stronger connection')
  // A05.FR.06, B09.FR.04
  const variables = [
    { component: { name: 'SecurityCtrlr' }, variable: { name: 'SecurityProfile' } },
    { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'NetworkConfigurationPriority' } },
  ]
  expect(await strong.call('GetVariables', { getVariableData: variables })).toMatchObject({
    getVariableResult: [{ attributeValue: '2' }, { attributeValue: '1' }],
  })
  const weak = { configurationSlot: 3, connectionData: data(1, to.csms.port) }
  expect(await strong.call('SetNetworkProfile', weak)).toMatchObject({ status: 'Rejected' })
  expect(await setPriority(strong, '0')).toMatchObject({
    setVariableResult: [{ attributeStatus: 'Rejected' }],
  })
  await to.station.close()
  await strong.close()
})
