import { systemClock } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { absent, oneOf, present } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { createCertificates, type Certificates } from '../../station/certificates.ts'
import { comesBack } from '../../station/offline.ts'
import { connectorIs, started } from '../../station/restart.ts'
import type { VirtualCsms } from '../../station/virtual-csms.ts'

/** The suites of TLS 1.2 that a station must speak with an elliptic curve (A00.FR.318). */
const suites = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'] as const

const speaksOnly = (
  csms: VirtualCsms,
  certificates: Certificates,
  securityProfile: 2 | 3,
  ciphers: string,
): void =>
  csms.shows({
    ...certificates.server(securityProfile),
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    ciphers,
  })

/** It connects by each of the suites, and each time proves itself so. */
async function connectsBySuites(
  scene: StationScene,
  securityProfile: 2 | 3,
  { tls, ...proof }: { readonly authorization: unknown; readonly tls: object },
): Promise<void> {
  const { csms, steps, certificates } = scene
  const spoke = (cipher: string): void =>
    steps.expect(
      'TLS is spoken, and the station proves itself',
      { ...proof, tls: { version: 'TLSv1.2', cipher, ...tls } },
      csms.upgrades.at(-1),
    )
  await csms.boots({}, connectorIs('Available'))
  spoke(suites[0])
  speaksOnly(csms, certificates, securityProfile, suites[1])
  csms.drops()
  await comesBack(scene)
  spoke(suites[1])
}

/** Server certificates that a station must not believe (A00.FR.310, A00.FR.311). */
const unbelievable: readonly (readonly [string, (certificates: Certificates) => object])[] = [
  ['of an authority that it does not know', () => createCertificates().server(2)],
  ['that has run out', (known) => known.server(2, { at: yearsAgo(4) })],
  ['of another host', (known) => known.server(2, { hosts: ['csms.elsewhere.example'] })],
]
const yearsAgo = (years: number) => instant(systemClock.now() - years * 365 * 86_400_000)

/** The station calls again and again, and never so much as asks for a WebSocket. */
async function callsInVain(scene: StationScene, says: string): Promise<void> {
  const { csms, steps, passes } = scene
  const before = csms.knocks
  await steps.eventually(`it calls, and finds a server ${says}`, true, async () => {
    await passes(2)
    // The first may have been under way when the server changed.
    return csms.knocks > before + 1
  })
  steps.expect(`it tells nothing to a server ${says}`, 0, csms.upgrades.length)
}

export const tls: readonly StationCase[] = [
  stationCase(
    'TC_A_04_CS',
    (scene) => connectsBySuites(scene, 2, { authorization: present, tls: { commonName: absent } }),
    {
      securityProfile: 2,
      before: (csms, certificates) => speaksOnly(csms, certificates, 2, suites[0]),
    },
  ),

  stationCase(
    'TC_A_05_CS',
    async (scene) => {
      const { csms, certificates } = scene
      for (const [says, server] of unbelievable) {
        csms.shows(server(certificates))
        await callsInVain(scene, says)
      }
      csms.shows(certificates.server(2))
      await comesBack(scene)
      await csms.boots({}, connectorIs('Available'))
      await csms.isSent('SecurityEventNotification', { type: 'InvalidCsmsCertificate' })
    },
    {
      securityProfile: 2,
      variables: { 'OCPPCommCtrlr.NetworkProfileConnectionAttempts': '2' },
      before: (csms) => csms.shows(createCertificates().server(2)),
    },
  ),

  stationCase(
    'TC_A_06_CS',
    async (scene) => {
      const { csms, certificates } = scene
      await callsInVain(scene, 'that speaks TLS 1.1')
      csms.shows({ ...certificates.server(2), minVersion: 'TLSv1.2' })
      await comesBack(scene)
      await csms.boots({}, connectorIs('Available'))
      await csms.isSent('SecurityEventNotification', started)
      const version = oneOf('TLSv1.2', 'TLSv1.3')
      scene.steps.expect('the version is 1.2 or later', { tls: { version } }, csms.upgrades.at(-1))
    },
    {
      securityProfile: 2,
      variables: { 'OCPPCommCtrlr.NetworkProfileConnectionAttempts': '1' },
      before: (csms, certificates) =>
        csms.shows({
          ...certificates.server(2),
          minVersion: 'TLSv1',
          maxVersion: 'TLSv1.1',
          ciphers: 'DEFAULT@SECLEVEL=0',
        }),
    },
  ),

  stationCase(
    'TC_A_07_CS',
    (scene) =>
      connectsBySuites(scene, 3, {
        authorization: absent,
        tls: { commonName: scene.station.stationId, serial: present },
      }),
    {
      securityProfile: 3,
      before: (csms, certificates) => speaksOnly(csms, certificates, 3, suites[0]),
    },
  ),
]
