import { oneOf } from '../match.ts'
import type { StationScene } from './case.ts'
import { named, sets } from './variables.ts'
import type { VirtualCsms } from './virtual-csms.ts'

export const priority = named('OCPPCommCtrlr', 'NetworkConfigurationPriority')

/** Which slot is used is the runner's choice; slot 0 is what the installer set. */
export const newSlot = 1

type Profile = {
  readonly securityProfile: 1 | 2 | 3
  readonly messageTimeout?: number
  readonly configurationSlot?: number
}

/** The station is given a network connection profile, and takes it or not. */
export const learnsOf = (
  { csms }: StationScene,
  another: Pick<VirtualCsms, 'address'>,
  { securityProfile, messageTimeout = 30, configurationSlot = newSlot }: Profile,
  status: 'Accepted' | 'Rejected' = 'Accepted',
): Promise<unknown> =>
  csms.sends(
    'SetNetworkProfile',
    {
      configurationSlot,
      connectionData: {
        messageTimeout,
        ocppCsmsUrl: another.address,
        ocppInterface: 'Wired0',
        ocppTransport: 'JSON',
        ocppVersion: 'OCPP20',
        securityProfile,
      },
    },
    { status },
  )

/** The new profile goes first, the old one second; the station restarts. */
export async function isSentTo(
  scene: StationScene,
  another: Pick<VirtualCsms, 'address'>,
  profile: Profile,
): Promise<void> {
  await learnsOf(scene, another, profile)
  const taken = oneOf('Accepted', 'RebootRequired')
  await sets(scene, [{ ...priority, attributeValue: `${newSlot},0` }], taken)
  await scene.csms.sends('Reset', { type: 'OnIdle' }, { status: 'Accepted' })
}
