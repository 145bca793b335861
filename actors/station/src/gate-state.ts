import { fallbackLimitVariable, limits, randomDelayVariable } from '@interlock/contract'
import type { Cell, Cells, GateState, HeldArm } from '@interlock/gate'
import { armOf } from '@interlock/gbcs'
import {
  fromBase64,
  toBase64Url,
  type Crypto,
  type Eui64,
  type Instant,
  type Role,
} from '@interlock/kernel'
import { fromPem, hierarchyOf, peerOf } from '@interlock/pki'
import { ownerEui } from '@interlock/seal'
import type { Ratings } from './core/charger.ts'
import type { Memory, StoredCell } from './core/memory.ts'
import { nameOf } from './device-model/row.ts'

/** What the gate must know that the memory does not hold. */
export type Standing = {
  readonly eui: Eui64
  readonly llcs?: Eui64
  readonly evse: number
  readonly ratings: Ratings
  readonly delaySecondsMax: number
  readonly timeTrusted: boolean
  readonly revocationsFresh: GateState['revocationsFresh']
  readonly crypto: Crypto
}

/** The state in which a command is judged. */
export function gateState(memory: Memory, standing: Standing, now: Instant): GateState {
  const { crypto, evse, ratings } = standing
  const { charger, transaction } = memory
  const bound = (role: Role) =>
    memory.cells.find((cell) => cell.role === role && cell.revoked !== true)?.organisation
  const csms = bound('csms')
  const dsrsp = bound('dsrsp')
  const override = charger.override
  return {
    crypto,
    station: {
      eui: standing.eui,
      ...(standing.llcs === undefined ? {} : { llcs: standing.llcs }),
    },
    cells: cellsOf(memory, crypto),
    bound: { ...(csms === undefined ? {} : { csms }), ...(dsrsp === undefined ? {} : { dsrsp }) },
    counters: (organisation, path) =>
      BigInt(
        memory.counters.find((each) => each.organisation === organisation && each.path === path)
          ?.counter ?? '0',
      ),
    hoursHeld: charger.ownHours?.holds ?? 0,
    timeTrusted: standing.timeTrusted,
    revocationsFresh: standing.revocationsFresh,
    limits: {
      hardwareWatts: ratings.ratingWatts,
      fuseWatts: ratings.fuseWatts,
      siteWatts: ratings.siteWatts,
    },
    evses: [
      {
        id: evse,
        ratingWatts: ratings.ratingWatts,
        faulted: charger.fault !== undefined,
        ...(transaction === undefined ? {} : { transactionId: transaction.id }),
      },
    ],
    delaySecondsMax: delaySecondsMax(memory, standing.delaySecondsMax),
    overrides:
      override !== undefined && now < override.until
        ? [{ evse, by: override.by, until: override.until }]
        : [],
    armUses: (digest) => memory.armUses[digest] ?? { changes: 0 },
  }
}

/** The variable as a seconded SetVariables left it, else as configured; never above the law. */
export const delaySecondsMax = (memory: Memory, configured: number): number =>
  Math.min(
    Number(memory.variables[nameOf(randomDelayVariable)] ?? configured),
    limits.randomDelaySecondsMax,
  )

/** What may flow where no schedule reaches: the rating, or less where a seconded SetVariables says so. */
export const fallbackWatts = (
  { variables }: Pick<Memory, 'variables'>,
  { ratingWatts }: Ratings,
): number => Math.min(Number(variables[nameOf(fallbackLimitVariable)] ?? ratingWatts), ratingWatts)

// A certificate is parsed once in its life.
const parsed = new WeakMap<StoredCell, Cell | null>()

function cellOf(stored: StoredCell, crypto: Crypto): Cell | undefined {
  const known = parsed.get(stored)
  if (known !== undefined) return known ?? undefined
  const [der] = fromPem(stored.certificatePem, 'CERTIFICATE')
  const peer = der === undefined ? undefined : peerOf(der, crypto)
  const hierarchy = der === undefined ? undefined : hierarchyOf(der)
  const cell =
    peer?.ok === true && hierarchy !== undefined
      ? {
          organisation: stored.organisation,
          hierarchy,
          thumbprint: peer.value.thumbprint,
          publicKey: peer.value.publicKey,
          revoked: stored.revoked === true,
        }
      : null
  parsed.set(stored, cell)
  return cell ?? undefined
}

// So is an owner's key, for as long as the set of keys is the same.
const parsedOwners = new WeakMap<readonly string[], readonly Cell[]>()

function ownerCells(keys: readonly string[], crypto: Crypto): readonly Cell[] {
  const known = parsedOwners.get(keys)
  if (known !== undefined) return known
  const cells = keys.flatMap((spki) => {
    const bytes = fromBase64(spki)
    const publicKey = bytes === undefined ? undefined : crypto.publicKey(bytes)
    if (bytes === undefined || publicKey === undefined) return []
    const thumbprint = toBase64Url(crypto.sha256(bytes))
    const organisation = ownerEui(bytes, crypto)
    // They sign arms, as the smart-meter keys do.
    const hierarchy = 'smartMeter' as const
    return [{ organisation, hierarchy, thumbprint, publicKey, revoked: false }]
  })
  parsedOwners.set(keys, cells)
  return cells
}

export function cellsOf(memory: Pick<Memory, 'cells' | 'ownerKeys'>, crypto: Crypto): Cells {
  const cells: Partial<Record<Role, Cell[]>> = {}
  for (const stored of memory.cells) {
    const cell = cellOf(stored, crypto)
    if (cell !== undefined) (cells[stored.role] ??= []).push(cell)
  }
  return { ...cells, owner: ownerCells(memory.ownerKeys, crypto) }
}

/** What the LLCS forwarded; the gate verifies each again, by the cells in force then. */
export const heldArms = (memory: Pick<Memory, 'arms'>, crypto: Crypto): readonly HeldArm[] =>
  memory.arms.flatMap((text) => {
    const bytes = fromBase64(text)
    const arm = bytes === undefined ? undefined : armOf(bytes, crypto)
    return bytes !== undefined && arm?.ok === true ? [{ arm: arm.value, bytes }] : []
  })
