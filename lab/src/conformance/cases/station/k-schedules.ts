import { profiles, schedule, type Profile } from '../../csms/profiles.ts'
import { absent, present } from '../../match.ts'
import { stationCase, type StationScene } from '../../station/case.ts'
import { makes, sets } from '../../station/charging-profiles.ts'
import { bootsAndCharges } from '../../station/charge.ts'
import { chargesAt, draws } from '../../station/draw.ts'

type Given = {
  readonly duration: number
  /** Second and amperes of each period. */
  readonly periods: readonly (readonly [number, number])[]
}

/** A schedule of several levels, from now. */
const levels = (id: number, { duration, periods }: Given): Pick<Profile, 'chargingSchedule'> => {
  const [first, ...others] = periods.map(([startPeriod, limit]) => ({
    startPeriod,
    limit,
    numberPhases: 1,
  }))
  if (first === undefined) throw new TypeError('a schedule has a period')
  const startSchedule = new Date().toISOString()
  const chargingSchedulePeriod = [first, ...others] as [typeof first, ...(typeof first)[]]
  return {
    chargingSchedule: [schedule(id, 0, { duration, startSchedule, chargingSchedulePeriod })],
  }
}

/** So many seconds on, the vehicle takes what the schedule then leaves it, and so forth. */
async function follows(
  scene: StationScene,
  levels: readonly (readonly [seconds: number, amps: number])[],
): Promise<void> {
  for (const [seconds, amps] of levels) {
    await scene.passes(seconds)
    await draws(scene, amps)
  }
}

export const compositeSchedules = [
  stationCase('TC_K_39_CS', async (scene) => {
    await scene.csms.boots()
    await makes(scene, [[0, present]], { evseId: 0 })
  }),

  stationCase('TC_K_40_CS', async (scene) => {
    await scene.csms.boots()
    const low = {
      duration: 400,
      periods: [
        [0, 6],
        [100, 8],
        [200, 10],
      ],
    } as const
    const high = {
      duration: 150,
      periods: [
        [0, 7],
        [100, 9],
      ],
    } as const
    await sets(scene, profiles.default(140, { stackLevel: 0, ...levels(140, low) }))
    await sets(scene, profiles.default(141, { stackLevel: 1, ...levels(141, high) }))
    const stacked = [
      [0, 7],
      [100, 9],
      [150, 8],
      [200, 10],
    ] as const
    await makes(scene, stacked, { duration: 350 })
    await chargesAt(scene, 7)
    await follows(scene, [
      [100, 9],
      [50, 8],
    ])
  }),

  stationCase('TC_K_41_CS', async (scene) => {
    const { id: transactionId } = await bootsAndCharges(scene)
    const most = { duration: 86_400, periods: [[0, 10]] } as const
    const usual = {
      duration: 300,
      periods: [
        [0, 6],
        [60, 10],
        [120, 8],
        [180, 15],
        [260, 8],
      ],
    } as const
    const own = {
      duration: 260,
      periods: [
        [0, 8],
        [50, 11],
        [140, 16],
        [200, 6],
        [240, 12],
      ],
    } as const
    await sets(scene, profiles.station(142, levels(142, most)), { evseId: 0 })
    await sets(scene, profiles.default(143, levels(143, usual)))
    await sets(scene, profiles.transaction(144, transactionId, levels(144, own)))
    const combined = [
      [0, 8],
      [50, 10],
      [200, 6],
      [240, 10],
    ] as const
    await makes(scene, combined, { duration: 400, whole: false })
    await draws(scene, 8)
    await follows(scene, [
      [50, 10],
      [150, 6],
    ])
  }),

  stationCase('TC_K_47_CS', async ({ csms }) => {
    await csms.boots()
    await csms.sends(
      'GetCompositeSchedule',
      { evseId: 2, duration: 300, chargingRateUnit: 'A' },
      { status: 'Rejected', schedule: absent },
    )
  }),
]
