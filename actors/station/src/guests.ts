import { limits, SignedGuest } from '@interlock/contract'
import {
  guestAllowance,
  guestCharged,
  guestOf,
  guestStatement,
  holdGuest,
  type GuestRefusal,
} from '@interlock/driver'
import { Compile } from 'typebox/compile'
import type { Charger } from './core/charger.ts'
import type { MemoryChange } from './core/memory.ts'
import type { Token } from './core/token.ts'
import { read } from './hardware/meter.ts'
import { refuseOwner, refusalOf, type OwnerRefusal } from './owners.ts'
import type { Station } from './station.ts'

const isGuest = Compile(SignedGuest)

/** A guest whom an owner allows, or no longer (DataTransfer `Guest`): by an owner's word alone. */
export function takeGuest(
  station: Station,
  data: unknown,
): OwnerRefusal | GuestRefusal | undefined {
  const { keeper, eui, records, deps } = station
  if (!isGuest.Check(data)) return refuseOwner(station, 'Malformed')
  const refusal = refusalOf(station, data, guestStatement(eui, data.guest, data.at))
  if (refusal !== undefined) return refuseOwner(station, refusal)
  const { guest } = data
  const goodMillis = limits.pairingCodeMillis
  const held = holdGuest(keeper.memory.guests ?? [], data, deps.clock.now(), goodMillis)
  if (!held.ok) return refuseGuest(station, guest.uid, held.reason)
  const { uid, wattHours, until, payer } = guest
  records.before('GuestAllowed', { uid, wattHours, until, payer: payer?.contractId ?? null })
  keeper.commit({ set: { guests: held.value } })
  return undefined
}

/**
 * Whether the token that has come with a vehicle is a guest's, and if so what becomes of the charge: it begins without
 * asking anybody, and ends when the guest has had all that the owner gave.
 *
 * @returns false for whoever is no guest
 */
export function admitGuest(station: Station, { idToken, type }: Token): boolean {
  const { keeper, charging, deps, records } = station
  const { guests = [], charger } = keeper.memory
  const guest = type === 'ISO14443' ? guestOf(guests, idToken) : undefined
  if (guest === undefined) return false
  const { uid } = guest.guest
  const now = deps.clock.now()
  const allowance = guestAllowance(guest, now)
  if (!allowance.ok) {
    refuseGuest(station, uid, allowance.reason)
    charging.update({ charger: { ...charger, authorisation: { state: 'denied', by: 'rule' } } })
    return true
  }
  const { wattHours } = read(charger.meter, now)
  records.before('GuestAdmitted', { uid, wattHours: allowance.value })
  const admitted: Charger = {
    ...charger,
    authorisation: { state: 'allowed', by: 'owner' },
    guest: { uid, fromWattHours: wattHours },
    barredAtWattHours: wattHours + allowance.value,
  }
  charging.update({ charger: admitted }, { trigger: 'Authorized' })
  return true
}

/** What a guest who leaves has drawn counts against the cap. */
export function settleGuest({ keeper, deps }: Station): MemoryChange['set'] {
  const { charger, guests = [] } = keeper.memory
  if (charger.guest === undefined) return {}
  const { uid, fromWattHours } = charger.guest
  const drawn = read(charger.meter, deps.clock.now()).wattHours - fromWattHours
  return { guests: guestCharged(guests, uid, drawn) }
}

function refuseGuest(station: Station, uid: string, reason: GuestRefusal): GuestRefusal {
  station.records.note('GuestRefused', { uid, reason })
  return reason
}
