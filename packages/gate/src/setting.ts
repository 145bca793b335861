import type { FrequencyCurve } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'

/** A charging profile in absolute terms: power between `from` and `until`. */
export type ProfileSetting = {
  readonly kind: 'profile'
  readonly evse: number
  readonly id: number
  readonly stackLevel: number
  readonly purpose: string
  readonly transactionId?: string
  readonly from: Instant
  readonly until: Instant
  /** Ascending; the first begins with the schedule. */
  readonly periods: readonly { readonly from: Instant; readonly limitWatts: number }[]
}

/** What an accepted command asks for, in the terms of the station. */
export type Setting =
  | ProfileSetting
  | { readonly kind: 'start'; readonly evse: number; readonly remoteStartId: number }
  | { readonly kind: 'stop'; readonly evse: number; readonly transactionId: string }
  | {
      readonly kind: 'clear'
      readonly evse: number
      readonly profileId?: number
      readonly purpose?: string
      readonly stackLevel?: number
    }
  | { readonly kind: 'reset'; readonly evse: number; readonly immediate: boolean }
  | { readonly kind: 'availability'; readonly evse: number; readonly operative: boolean }
  | { readonly kind: 'curve'; readonly evse: number; readonly curve: FrequencyCurve }
  | { readonly kind: 'variables'; readonly values: readonly VariableValue[] }
  /** Firmware, certificates, network: the payload itself says what to do. */
  | { readonly kind: 'configuration' }

export type VariableValue = {
  readonly component: string
  readonly variable: string
  readonly value: number
}
