import type { OcppClientOptions } from '@interlock/host'
import { assert } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { firstContactKey, firstContactPassword } from '@interlock/pki'
import type { Station } from '../station.ts'
import {
  priorityRefusal,
  refusalOf,
  withoutWeaker,
  type NetworkMemory,
  type NetworkProfile,
} from './profile.ts'

/** Where the CSMS is, and how the station and it prove themselves to each other. */
export type Way = Pick<OcppClientOptions, 'url' | 'basic' | 'identity' | 'recognise'>

/** Which CSMS the station turns to, by its network connection profiles (A05, B09, B10). */
export type Network = {
  way(): Way
  /** The slot in use, or being tried. */
  slot(): string
  securityProfile(): number
  messageTimeoutSeconds(): number
  /** The order counts anew, from its head, as after a restart (B10.FR.01). */
  begin(): void
  /**
   * An attempt failed; after enough of them the next profile is tried (B10.FR.03, B10.FR.07). True when
   * the whole order has been tried in vain, once more.
   */
  failed(): boolean
  /** A connection was made with the profile in use; a stronger one than before is final. */
  connected(): void
  /** The CSMS has accepted the station: attempts count anew. */
  accepted(): void
  /** B09. A reason when it was not taken. */
  store(request: Request<'SetNetworkProfile'>): string | undefined
  /** Why an order of slots is not taken. */
  refusal(slots: readonly string[]): string | undefined
}

const priority = 'OCPPCommCtrlr.NetworkConfigurationPriority'

/** A supervised station without a certificate asks for one and does nothing else. */
export const isFirstContact = (station: Station): boolean =>
  station.mode === 'supervised' && station.identity() === undefined

export function createNetwork(station: () => Station): Network {
  let order: readonly string[] = []
  let attempts = 0
  /** Profiles given up since the station was last accepted, and the one that last connected. */
  let givenUp = 0
  let proven: string | undefined

  const memory = (): NetworkMemory => {
    const { keeper, config } = station()
    const given = keeper.memory.network
    const first = configuredProfile(config)
    const profiles = { '0': first, ...given?.profiles }
    return { profiles, securityProfile: given?.securityProfile ?? first.securityProfile }
  }
  const keep = (change: Partial<NetworkMemory>): void =>
    station().keeper.commit({ set: { network: { ...memory(), ...change } } })
  const slot = (): string => order[0] ?? '0'
  const current = (): NetworkProfile => {
    const { profiles } = memory()
    const profile = profiles[slot()] ?? profiles['0']
    assert(profile !== undefined, 'slot 0 is never empty')
    return profile
  }
  const slots = (): readonly string[] =>
    station().model.setting('OCPPCommCtrlr', 'NetworkConfigurationPriority')

  return {
    slot,
    way: () => wayOf(station(), current()),
    securityProfile: () => memory().securityProfile,
    messageTimeoutSeconds: () => current().messageTimeoutSeconds,
    begin() {
      order = slots()
      attempts = 0
      givenUp = 0
    },
    failed() {
      attempts += 1
      const attemptsMax = station().model.setting(
        'OCPPCommCtrlr',
        'NetworkProfileConnectionAttempts',
      )
      if (attempts < attemptsMax) return false
      attempts = 0
      givenUp += 1
      const wholeOrder = givenUp % Math.max(1, order.length) === 0
      // After the whole order, the one that worked last, whatever its place (B10.FR.07); then all again.
      order =
        wholeOrder && proven !== undefined
          ? [proven, ...slots().filter((each) => each !== proven)]
          : [...order.slice(1), ...order.slice(0, 1)]
      return wholeOrder
    },
    accepted() {
      attempts = 0
      givenUp = 0
    },
    connected() {
      proven = slot()
      const { securityProfile, profiles } = memory()
      const used = current().securityProfile
      if (isFirstContact(station()) || used <= securityProfile) return
      keep({ securityProfile: used })
      order = withoutWeaker(order, profiles, used)
      station().model.store(priority, withoutWeaker(slots(), profiles, used).join(','))
      station().records.note('SecurityProfileUpgraded', { securityProfile: used })
    },
    store(request) {
      const { securityProfile, profiles } = memory()
      const refusal = refusalOf(request, securityProfile)
      if (refusal !== undefined) return refusal
      const { ocppCsmsUrl: url, messageTimeout, ...rest } = request.connectionData
      const profile: NetworkProfile = {
        url,
        securityProfile: rest.securityProfile,
        messageTimeoutSeconds: messageTimeout,
      }
      keep({ profiles: { ...profiles, [`${request.configurationSlot}`]: profile } })
      return undefined
    },
    refusal(wanted) {
      const { profiles, securityProfile } = memory()
      const means = {
        hasRoot: station().csmsRoots().length > 0,
        hasCertificate: station().identity() !== undefined,
      }
      return priorityRefusal(wanted, profiles, securityProfile, means)
    },
  }
}

const messageTimeoutSecondsDefault = 30

function configuredProfile({ csms, network }: Station['config']): NetworkProfile {
  const messageTimeoutSeconds = messageTimeoutSecondsDefault
  if (network !== undefined)
    return { url: network.url, securityProfile: network.securityProfile, messageTimeoutSeconds }
  assert(csms !== undefined, 'a supervised station has its addresses')
  return { url: csms.profile3Url, securityProfile: 3, messageTimeoutSeconds }
}

function wayOf(station: Station, { url, securityProfile }: NetworkProfile): Way {
  const { config, deps, stationId, mode } = station
  const identity = station.identity()
  const to = (base: string): string => `${base.replace(/\/$/, '')}/${encodeURIComponent(stationId)}`
  const by = (password: string) => ({ basic: { user: stationId, password } })
  if (mode === 'supervised') {
    if (identity !== undefined) return { url: to(url), identity }
    assert(config.csms !== undefined, 'a supervised station has its addresses')
    const key = firstContactKey(config.secret ?? '', deps.crypto)
    return { url: to(config.csms.profile2Url), ...by(firstContactPassword(key, deps.crypto)) }
  }
  const proof =
    securityProfile === 3 && identity !== undefined ? { identity } : by(station.password.value())
  return { url: to(url), ...proof, recognise: 'name' }
}
