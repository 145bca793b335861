import { decodeSigned } from '@interlock/gbcs'
import {
  assert,
  fromBase64,
  ok,
  refused,
  toBase64,
  type Eui64,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { beginsAt, isLater, setsTariff, tariffOrder, type TariffCommand } from '@interlock/seal'

/** A tariff, and the supplier's signed command that set it. */
export type Held = { readonly tariff: TariffCommand; readonly signed: Uint8Array }

/** The tariffs that a meter keeps. */
export type HeldTariffs = {
  readonly inForce?: Held | undefined
  /** To come at its date of execution, or when its first price or its document begins. There is room for one. */
  readonly toCome?: Held | undefined
  /** The highest version of ours that this supplier has set, also after one of the standard. */
  readonly highest?: { readonly originator: Eui64; readonly version: number } | undefined
}

/** What changes them, as it is kept; each is whole on the disk or not at all. */
export type TariffEntry =
  | { readonly kind: 'tariff'; readonly signed: string }
  | { readonly kind: 'tariffToCome'; readonly signed: string }
  /** With the alerts that say so, base64. */
  | { readonly kind: 'tariffCame'; readonly alerts?: readonly string[] }
  | { readonly kind: 'tariffCancelled' }
  | { readonly kind: 'tariffVersion'; readonly originator: Eui64; readonly version: number }

/**
 * What a verified command comes to: at once, later, or that nothing is to come any more. Whatever a
 * supplier signs later takes the place of all that it signed before, also of what was to come.
 */
export function judgeTariff(
  { inForce, toCome, highest }: HeldTariffs,
  signed: Uint8Array,
  now: Instant,
): Outcome<TariffEntry, 'TariffOlder'> {
  const { tariff } = heldOf(signed)
  const offered = tariffOrder(tariff)
  const own = [inForce, toCome].flatMap((each) =>
    each?.tariff.originator === tariff.originator ? [tariffOrder(each.tariff)] : [],
  )
  const version = highest?.originator === tariff.originator ? highest.version : undefined
  const older = own.find(({ counter }) => !isLater({ counter, version }, offered))
  if (older !== undefined)
    return refused(
      'TariffOlder',
      `${offered.version ?? offered.counter} ≤ ${version ?? older.counter}`,
    )
  if (tariff.useCase === 'ECS01a' && tariff.execution === 'never')
    return ok({ kind: 'tariffCancelled' })
  const kept = toBase64(signed)
  return ok(
    isToCome(tariff, now)
      ? { kind: 'tariffToCome', signed: kept }
      : { kind: 'tariff', signed: kept },
  )
}

/** What has a date waits for it; of ours what has begun is in force, and until then the one before is. */
function isToCome(tariff: TariffCommand, now: Instant): boolean {
  const at = beginsAt(tariff)
  return at !== undefined && (tariff.useCase === 'ECS01a' || at > now)
}

/** When the one to come is in force. */
export const comesAt = ({ toCome }: HeldTariffs): Instant | undefined =>
  toCome && beginsAt(toCome.tariff)

export function applyTariff(held: HeldTariffs, entry: TariffEntry): HeldTariffs {
  const { inForce, toCome, highest } = held
  if (entry.kind === 'tariffCancelled') return { inForce, highest }
  if (entry.kind === 'tariffCame') return { inForce: toCome, highest }
  if (entry.kind === 'tariffVersion') {
    const { originator, version } = entry
    return { ...held, highest: { originator, version } }
  }
  const signed = fromBase64(entry.signed)
  assert(signed !== undefined, 'a journal holds what was written')
  const next = heldOf(signed)
  const { originator } = next.tariff
  const { version } = tariffOrder(next.tariff)
  const reached = version === undefined ? highest : { originator, version }
  return entry.kind === 'tariffToCome'
    ? { inForce, toCome: next, highest: reached }
    : { inForce: next, highest: reached }
}

/** All of it, as entries that come to the same. */
export const tariffEntries = ({
  inForce,
  toCome,
  highest,
}: HeldTariffs): readonly TariffEntry[] => [
  ...(inForce === undefined ? [] : [{ kind: 'tariff', signed: toBase64(inForce.signed) } as const]),
  ...(highest === undefined ? [] : [{ kind: 'tariffVersion', ...highest } as const]),
  ...(toCome === undefined
    ? []
    : [{ kind: 'tariffToCome', signed: toBase64(toCome.signed) } as const]),
]

function heldOf(signed: Uint8Array): Held {
  const read = decodeSigned(signed)
  assert(read.ok, 'only what was verified is kept')
  const { command } = read.value
  assert(setsTariff(command), 'only tariffs are kept')
  return { tariff: command, signed }
}
