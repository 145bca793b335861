import type { Request } from '@interlock/ocpp'
import type { Profile } from '../csms/profiles.ts'
import { difference, including, such, type Expectation } from '../match.ts'
import type { StationScene } from './case.ts'
import { here } from './states.ts'

type Report = Request<'ReportChargingProfiles'>
type Criterion = Request<'GetChargingProfiles'>['chargingProfile']

/** The CSMS sets a profile, of one EVSE or with 0 of the station. */
export const sets = (
  { csms }: StationScene,
  chargingProfile: Profile,
  { evseId = here.id, status = 'Accepted' }: { evseId?: number; status?: string } = {},
) => csms.sends('SetChargingProfile', { evseId, chargingProfile }, { status })

export type Held = { readonly evseId: number; readonly profile: Profile }

/** Asked for its profiles, the station reports these and no others, in as many parts as it likes. */
export async function holds(
  { csms, steps }: StationScene,
  asked: { readonly evseId?: number; readonly chargingProfile?: Criterion },
  expected: readonly Held[],
): Promise<void> {
  const requestId = 701
  const request = { requestId, chargingProfile: {}, ...asked }
  await csms.sends('GetChargingProfiles', request, { status: 'Accepted' })
  const parts: Report[] = []
  do parts.push(await csms.isSent('ReportChargingProfiles', { requestId }))
  while (parts.at(-1)?.tbc === true)
  const found = parts.flatMap(({ evseId, chargingProfile }) =>
    chargingProfile.map((profile) => ({ evseId, profile })),
  )
  steps.expect('no more and no fewer than expected', expected.length, found.length)
  steps.expect('they are reported as they were set', including(...expected), found)
}

export const holdsNone = ({ csms }: StationScene, chargingProfile: Criterion, evseId?: number) => {
  const at = evseId === undefined ? {} : { evseId }
  const request = { requestId: 702, chargingProfile, ...at }
  return csms.sends('GetChargingProfiles', request, { status: 'NoProfiles' })
}

/** From that second on, about, that many amperes; without a number the limit is the station's own. */
export type Step = readonly [second: number, amps: number | Expectation]

type Asking = { readonly evseId?: number; readonly duration?: number; readonly whole?: boolean }

/** Seconds that a case may have taken up to its question. */
const toleranceSeconds = 10

/**
 * The composite schedule of an EVSE must begin with these steps, counted from now; with `whole`, it
 * must have no further ones.
 */
export async function makes(
  { csms }: StationScene,
  expected: readonly Step[],
  { evseId = here.id, duration = 300, whole = true }: Asking = {},
): Promise<void> {
  const chargingRateUnit = 'A'
  const steps = expected.map(([second, limit]) => ({ startPeriod: about(second), limit }))
  await csms.sends(
    'GetCompositeSchedule',
    { evseId, duration, chargingRateUnit },
    {
      status: 'Accepted',
      schedule: {
        evseId,
        duration,
        chargingRateUnit,
        chargingSchedulePeriod: whole ? steps : beginning(steps),
      },
    },
  )
}

const about = (second: number): number | Expectation =>
  second === 0
    ? 0
    : such(`up to ${toleranceSeconds} s before second ${second}`, (actual) => {
        const early = second - Number(actual)
        return early >= 0 && early <= toleranceSeconds
      })

const beginning = (expected: readonly object[]): Expectation => {
  const first = [...expected]
  return such(`a list that begins with ${first.length} such periods`, (actual) => {
    if (!Array.isArray(actual)) return false
    return difference(first, actual.slice(0, first.length)) === undefined
  })
}
