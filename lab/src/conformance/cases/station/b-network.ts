import { oneOf } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { createCertificates } from '../../station/certificates.ts'
import { isSentTo, learnsOf, priority } from '../../station/network.ts'
import { connectorIs } from '../../station/restart.ts'
import { reads } from '../../station/variables.ts'
import type { VirtualCsms } from '../../station/virtual-csms.ts'

const secured = { securityProfile: 2 } as const
const reset = { reason: oneOf('RemoteReset', 'ScheduledReset') }
const waitSeconds = 5
const available = connectorIs('Available')

/** One more attempt comes there; the world waits as long as the station does. */
async function isTried(
  { steps, passes }: StationScene,
  csms: VirtualCsms,
  attempts: number,
  says: string,
): Promise<void> {
  await steps.eventually(says, attempts, async () => {
    if (csms.upgrades.length < attempts) await passes(1)
    return csms.upgrades.length
  })
}

export const networks: readonly StationCase[] = [
  stationCase('TC_B_43_CS', async (scene) => {
    await scene.csms.boots()
    const profile = { securityProfile: 1, configurationSlot: 999 } as const
    await learnsOf(scene, scene.csms, profile, 'Rejected')
    await reads(scene, [priority], [{ attributeValue: '0' }])
  }),

  stationCase(
    'TC_B_45_CS',
    async (scene) => {
      const another = await scene.opensCsms(scene.certificates.server(2))
      await scene.csms.boots()
      await isSentTo(scene, another, secured)
      await another.boots(reset, available)
      await reads({ ...scene, csms: another }, [priority], [{ attributeValue: '1,0' }])
    },
    secured,
  ),

  stationCase(
    'TC_B_46_CS',
    async (scene) => {
      const { csms } = scene
      const another = await scene.opensCsms(scene.certificates.server(2))
      await csms.boots()
      another.admits(503)
      await isSentTo(scene, another, secured)
      await isTried(scene, another, 2, 'it tries the new CSMS as often as it is set to')
      await isTried(scene, csms, 2, 'it falls back to the old one')
      await csms.boots(reset, available)
      scene.steps.expect('it tried the new one no more often', 2, another.upgrades.length)
    },
    { ...secured, variables: { 'OCPPCommCtrlr.NetworkProfileConnectionAttempts': '2' } },
  ),

  stationCase(
    'TC_B_49_CS',
    async (scene) => {
      const { csms, steps } = scene
      const another = await scene.opensCsms(scene.certificates.server(2))
      await csms.boots()
      another.admits(503)
      csms.admits(503)
      await isSentTo(scene, another, secured)
      await isTried(scene, another, 1, 'it tries the new CSMS')
      await isTried(scene, csms, 2, 'it tries the old one')
      csms.admits(undefined)
      await isTried(scene, csms, 3, 'it tries again where it was connected last')
      const [, refused, again] = csms.upgrades
      const waited = (again?.at ?? 0) - (refused?.at ?? 0) >= waitSeconds * 1_000
      steps.expect('it waited in between', true, waited)
      await csms.boots(reset, available)
      steps.expect('all others were tried before', 1, another.upgrades.length)
    },
    {
      ...secured,
      variables: {
        'OCPPCommCtrlr.NetworkProfileConnectionAttempts': '1',
        'OCPPCommCtrlr.RetryBackOffRepeatTimes': '0',
        'OCPPCommCtrlr.RetryBackOffWaitMinimum': `${waitSeconds}`,
      },
    },
  ),

  stationCase(
    'TC_B_50_CS',
    async (scene) => {
      const { csms } = scene
      const strangers = createCertificates()
      const another = await scene.opensCsms(strangers.server(2))
      await csms.boots()
      const root = {
        certificateType: 'CSMSRootCertificate',
        certificate: strangers.rootPem,
      } as const
      await csms.sends('InstallCertificate', root, { status: 'Accepted' })
      await isSentTo(scene, another, secured)
      await another.boots(reset, available)
    },
    secured,
  ),
]
