import type { Request } from '@interlock/ocpp'

/** A network connection profile as it is kept, in its slot. */
export type NetworkProfile = {
  readonly url: string
  readonly securityProfile: number
  readonly messageTimeoutSeconds: number
}

/** What of the network outlives a loss of power. */
export type NetworkMemory = {
  /** By slot. Slot 0, unless it was replaced, is what the config says. */
  readonly profiles: Readonly<Record<string, NetworkProfile>>
  /** The highest security profile that a connection was made with: there is no way back (A05). */
  readonly securityProfile: number
}

export const slotMax = 5
const schemes: Readonly<Record<number, string>> = { 1: 'ws://', 2: 'wss://', 3: 'wss://' }

/** Why a profile is not taken (B09.FR.02, B09.FR.04); a `statusInfo.reasonCode`. */
export function refusalOf(
  { configurationSlot, connectionData }: Request<'SetNetworkProfile'>,
  securityProfile: number,
): string | undefined {
  const { ocppCsmsUrl, ocppTransport, ocppVersion, messageTimeout } = connectionData
  const asked = connectionData.securityProfile
  if (configurationSlot < 0 || configurationSlot > slotMax) return 'InvalidConfSlot'
  if (asked < securityProfile) return 'NoSecurityDowngrade'
  const scheme = schemes[asked]
  if (scheme === undefined) return 'NoSecurityProfile'
  if (ocppTransport !== 'JSON' || ocppVersion !== 'OCPP20') return 'InvalidNetworkConf'
  if (!ocppCsmsUrl.startsWith(scheme) || !URL.canParse(ocppCsmsUrl)) return 'InvalidURL'
  if (messageTimeout < 1 || messageTimeout > 300) return 'InvalidValue'
  if (connectionData.apn !== undefined || connectionData.vpn !== undefined)
    return 'UnsupportedParam'
  return undefined
}

/** What it takes to use a profile (A05.FR.02, A05.FR.03). */
export type Means = { readonly hasRoot: boolean; readonly hasCertificate: boolean }

/** Why an order of slots is not taken (B09, A05); a `statusInfo.reasonCode`. */
export function priorityRefusal(
  slots: readonly string[],
  profiles: NetworkMemory['profiles'],
  securityProfile: number,
  means: Means,
): string | undefined {
  for (const slot of slots) {
    const profile = profiles[slot]
    if (profile === undefined) return 'EmptySlot'
    if (profile.securityProfile < securityProfile) return 'NoSecurityDowngrade'
    if (profile.securityProfile >= 2 && !means.hasRoot) return 'NoRootCertificate'
    if (profile.securityProfile === 3 && !means.hasCertificate) return 'NoCertificate'
  }
  return undefined
}

/** After an upgrade the weaker profiles leave the order; the one in use stays in any case. */
export const withoutWeaker = (
  slots: readonly string[],
  profiles: NetworkMemory['profiles'],
  securityProfile: number,
): readonly string[] =>
  slots.filter((slot) => (profiles[slot]?.securityProfile ?? 0) >= securityProfile)
