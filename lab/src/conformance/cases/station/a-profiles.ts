import { not, text } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { isSentTo, learnsOf, newSlot, priority } from '../../station/network.ts'
import { named, reads, sets } from '../../station/variables.ts'

const securityProfile = named('SecurityCtrlr', 'SecurityProfile')

/** Every root by which a CSMS could prove itself is taken out. */
async function losesRoots({ csms }: StationScene): Promise<void> {
  const certificateType = ['CSMSRootCertificate' as const]
  const found = await csms.sends(
    'GetInstalledCertificateIds',
    { certificateType },
    { status: 'Accepted' },
  )
  for (const { certificateHashData } of found.certificateHashDataChain ?? [])
    await csms.sends('DeleteCertificate', { certificateHashData }, { status: 'Accepted' })
  await csms.sends('GetInstalledCertificateIds', { certificateType }, { status: 'NotFound' })
}

/** The profile may be stored; it is not put to use. */
async function isNotUsed(scene: StationScene, asked: 2 | 3): Promise<void> {
  const another = { address: 'wss://127.0.0.1:9/ocpp' }
  await learnsOf(scene, another, { securityProfile: asked })
  await sets(scene, [{ ...priority, attributeValue: `${newSlot},0` }], 'Rejected')
  await reads(scene, [priority], [{ attributeValue: '0' }])
}

export const securityProfiles: readonly StationCase[] = [
  stationCase('TC_A_19_CS', async (scene) => {
    const { csms, certificates, opensCsms, steps } = scene
    const secured = await opensCsms(certificates.server(2))
    await csms.boots()
    await isSentTo(scene, secured, { securityProfile: 2 })
    await secured.boots()
    const proof = { tls: { version: text(/^TLSv1\.[23]$/) }, authorization: text(/^Basic /) }
    steps.expect('it connects over TLS, with its password', proof, secured.upgrades.at(-1))
    const there = { ...scene, csms: secured }
    await reads(there, [securityProfile], [{ attributeValue: '2' }])
    // A05.FR.06: what is weaker has left the order.
    await reads(there, [priority], [{ attributeValue: not(text(/(^|,)0(,|$)/)) }])
  }),

  stationCase('TC_A_20_CS', async (scene) => {
    await scene.csms.boots()
    await losesRoots(scene)
    await isNotUsed(scene, 2)
  }),

  stationCase('TC_A_21_CS', async (scene) => {
    await scene.csms.boots()
    await isNotUsed(scene, 3)
  }),

  stationCase(
    'TC_A_22_CS',
    async (scene) => {
      await scene.csms.boots()
      const weaker = { address: 'ws://127.0.0.1:9/ocpp' }
      await learnsOf(scene, weaker, { securityProfile: 1 }, 'Rejected')
      await reads(scene, [securityProfile], [{ attributeValue: '2' }])
    },
    { securityProfile: 2 },
  ),
]
