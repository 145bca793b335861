import { nodeCrypto } from '@interlock/host'
import { verifyCsr } from '@interlock/pki'
import { not } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { createCertificates } from '../../station/certificates.ts'
import { comesBack } from '../../station/offline.ts'
import { hasSaidAll } from '../../station/states.ts'

const certificateType = 'ChargingStationCertificate' as const

/** The station asks for its next certificate, for a key that it holds; gives the request. */
async function requests({ csms, steps, station }: StationScene): Promise<string> {
  const { csr } = await csms.isSent('SignCertificate', { certificateType })
  const read = verifyCsr(csr, nodeCrypto)
  const expected = { ok: true, value: { commonName: station.stationId, forCa: false } }
  steps.expect('its request is for itself, and signed with the key in it', expected, read)
  return csr
}

async function isAsked(scene: StationScene): Promise<string> {
  const requestedMessage = 'SignChargingStationCertificate'
  await scene.csms.sends('TriggerMessage', { requestedMessage }, { status: 'Accepted' })
  return requests(scene)
}

const gives = (
  { csms }: StationScene,
  certificateChain: string,
  status: 'Accepted' | 'Rejected',
): Promise<unknown> =>
  csms.sends('CertificateSigned', { certificateChain, certificateType }, { status })

/** On its next connection it shows the certificate that it has now. */
async function shows(scene: StationScene, says: string, serial: unknown): Promise<void> {
  scene.csms.drops()
  await comesBack(scene)
  scene.steps.expect(says, { tls: { serial } }, scene.csms.upgrades.at(-1))
}

const waitSeconds = 20

export const certificates: readonly StationCase[] = [
  stationCase(
    'TC_A_11_CS',
    async (scene) => {
      await scene.csms.boots()
      const before = scene.csms.upgrades.at(-1)?.tls?.serial
      await gives(scene, scene.certificates.signs(await isAsked(scene)), 'Accepted')
      await shows(scene, 'it shows its new certificate', not(before))
    },
    { securityProfile: 3 },
  ),

  stationCase(
    'TC_A_14_CS',
    async (scene) => {
      const { csms } = scene
      await csms.boots()
      const before = csms.upgrades.at(-1)?.tls?.serial
      const ofStrangers = createCertificates().signs(await isAsked(scene))
      await gives(scene, ofStrangers, 'Rejected')
      await csms.isSent('SecurityEventNotification', { type: 'InvalidChargingStationCertificate' })
      await shows(scene, 'it still shows its old certificate', before)
    },
    { securityProfile: 3 },
  ),

  stationCase(
    'TC_A_15_CS',
    async (scene) => {
      const { csms, passes } = scene
      await csms.boots()
      const before = csms.upgrades.at(-1)?.tls?.serial
      csms.answers('SignCertificate', { status: 'Rejected' })
      await isAsked(scene)
      await passes(8 * waitSeconds)
      await hasSaidAll(scene)
      csms.isNotSent('SignCertificate', 'it does not ask again what was refused')
      await shows(scene, 'it still shows its old certificate', before)
    },
    {
      securityProfile: 3,
      variables: { 'SecurityCtrlr.CertSigningWaitMinimum': `${waitSeconds}` },
    },
  ),

  stationCase(
    'TC_A_23_CS',
    async (scene) => {
      const { csms, passes } = scene
      await csms.boots()
      let csr = await isAsked(scene)
      // A02.FR.17, A02.FR.18: each wait is twice the one before.
      for (const wait of [waitSeconds, 2 * waitSeconds]) {
        // The wait begins when the answer is there.
        await hasSaidAll(scene)
        await passes(wait - 5)
        await hasSaidAll(scene)
        csms.isNotSent('SignCertificate', `it does not ask again before ${wait} s are over`)
        await passes(5)
        csr = await requests(scene)
      }
      await passes(8 * waitSeconds)
      await hasSaidAll(scene)
      csms.isNotSent('SignCertificate', 'it asks no more often than it is set to')
      await gives(scene, scene.certificates.signs(csr), 'Accepted')
    },
    {
      securityProfile: 3,
      variables: {
        'SecurityCtrlr.CertSigningWaitMinimum': `${waitSeconds}`,
        'SecurityCtrlr.CertSigningRepeatTimes': '2',
      },
    },
  ),
]
