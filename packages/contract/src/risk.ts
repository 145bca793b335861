/**
 * One row per way to move load. `critical` is refused without a second party; `sensitive` is checked
 * and logged; everything not listed is `routine`.
 */
export type Second = 'countersignature' | 'arm' | 'either'
export type Risk = {
  readonly on: string
  readonly kind: 'command' | 'answer' | 'context'
  readonly class: 'critical' | 'sensitive'
  /** Who must agree besides the originator. */
  readonly second?: Second
  /** What a supervised station does. */
  readonly station: string
  readonly findings: readonly string[]
  readonly attack: string
}

export const risks = [
  command('RequestStartTransaction', 'arm', 'startsOnArmOnly', ['PF5', 'PF9'], 'ATK-08'),
  command('RequestStopTransaction', 'arm', 'stopsOnArmOnly', ['PF5', 'PF9'], 'ATK-08'),
  command('SetChargingProfile', 'either', 'appliesAfterRandomDelay', ['PF9', 'PF14'], 'ATK-08'),
  command(
    'ClearChargingProfile',
    'countersignature',
    'appliesAfterRandomDelay',
    ['PF9', 'PF14'],
    'ATK-09',
  ),
  command('Reset', 'countersignature', 'resetsWhenSeconded', ['PF9'], 'ATK-12'),
  command('ChangeAvailability', 'countersignature', 'changesWhenSeconded', ['PF9'], 'ATK-12'),
  command('UpdateFirmware', 'countersignature', 'activatesRegisteredOnly', ['PF12'], 'ATK-16'),
  command(
    'InstallCertificate',
    'countersignature',
    'installsWhenSeconded',
    ['PF3', 'PF8'],
    'ATK-20',
  ),
  command('DeleteCertificate', 'countersignature', 'deletesWhenSeconded', ['PF3', 'PF8'], 'ATK-20'),
  command(
    'SetNetworkProfile',
    'countersignature',
    'changesWhenSeconded',
    ['PF3', 'PF20'],
    'ATK-05',
  ),
  command('SetVariables', 'countersignature', 'changesWhenSeconded', ['PF3'], 'ATK-12'),
  command('FrequencyCurve', 'countersignature', 'storesForResponse', ['PF9', 'PF13'], 'ATK-29'),
  answer('AuthorizeResponse', 'keepsOwnersCharge', ['PF9', 'PF25'], 'ATK-33'),
  answer('TransactionEventResponse', 'keepsOwnersCharge', ['PF9', 'PF25'], 'ATK-33'),
  answer('BootNotificationResponse', 'keepsCharging', ['PF9', 'PF13'], 'ATK-33'),
  answer('HeldBackAnswer', 'startsNothingLate', ['PF9', 'PF13'], 'ATK-33'),
  context('CurrentTime', 'followsTrustedTime', ['PF11'], 'ATK-17'),
  context('Tariff', 'followsSignedTariff', ['PF21'], 'ATK-11'),
  context('SendLocalList', 'keepsOwnersCharge', ['PF3'], 'ATK-33'),
  context('SignerExpiry', 'keepsCharging', ['PF13'], 'ATK-21'),
  context('LossOfContact', 'keepsSchedule', ['PF13'], 'ATK-19'),
  context('SetDisplayMessage', 'showsAsUnverified', ['PF2', 'PF14'], 'ATK-34'),
] as const satisfies readonly Risk[]

export const riskOf = (on: string): Risk | undefined => risks.find((row) => row.on === on)
export const isCritical = (action: string): boolean =>
  risks.some((row) => row.on === action && row.kind === 'command' && row.class === 'critical')
export const criticalActions: readonly string[] = risks
  .filter((row) => row.kind === 'command')
  .map((row) => row.on)

function command<On extends string>(
  on: On,
  second: Second,
  station: string,
  findings: string[],
  attack: string,
) {
  return { on, kind: 'command', class: 'critical', second, station, findings, attack } as const
}
function answer<On extends string>(on: On, station: string, findings: string[], attack: string) {
  return { on, kind: 'answer', class: 'critical', station, findings, attack } as const
}
function context<On extends string>(on: On, station: string, findings: string[], attack: string) {
  return { on, kind: 'context', class: 'sensitive', station, findings, attack } as const
}
