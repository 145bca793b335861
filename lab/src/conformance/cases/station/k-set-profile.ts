import { profiles, schedule } from '../../csms/profiles.ts'
import { not } from '../../match.ts'
import { stationCase, type StationScene } from '../../station/case.ts'
import { holds, makes, sets } from '../../station/charging-profiles.ts'
import { bootsAndCharges, connectsAndCharges } from '../../station/charge.ts'
import { chargesAt, draws, drawsMoreThan } from '../../station/draw.ts'
import { restarts } from '../../station/restart.ts'
import { here } from '../../station/states.ts'

const amps = 6

/** One level, from then on, in amperes. */
const level = (id: number, more: Parameters<typeof schedule>[2] = {}) => ({
  chargingSchedule: [schedule(id, amps, more)] as [ReturnType<typeof schedule>],
})
const from = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString()
const unknown = 'no-transaction-of-this-station'
const ofItself = not(amps)

async function isSetAndHeld(
  scene: StationScene,
  profile: ReturnType<typeof profiles.default>,
  evseId: number,
): Promise<void> {
  await sets(scene, profile, { evseId })
  await holds(scene, { chargingProfile: { chargingProfileId: [profile.id] } }, [
    { evseId, profile },
  ])
}

export const profilesSet = [
  stationCase('TC_K_01_CS', async (scene) => {
    await scene.csms.boots()
    await isSetAndHeld(scene, profiles.default(101), here.id)
    await chargesAt(scene, 10)
  }),

  stationCase('TC_K_02_CS', async (scene) => {
    await scene.csms.boots()
    await sets(scene, profiles.transaction(102, unknown), { status: 'Rejected' })
  }),

  stationCase('TC_K_03_CS', async (scene) => {
    await scene.csms.boots()
    await isSetAndHeld(scene, profiles.station(103), 0)
    await chargesAt(scene, 16)
  }),

  stationCase('TC_K_04_CS', async (scene) => {
    await scene.csms.boots()
    await sets(scene, profiles.default(104, level(104, { startSchedule: from(0) })))
    await chargesAt(scene, amps)
    await isSetAndHeld(scene, profiles.default(104), here.id)
    await draws(scene, 10)
  }),

  stationCase('TC_K_10_CS', async (scene) => {
    await scene.csms.boots()
    await isSetAndHeld(scene, profiles.default(110), 0)
    await chargesAt(scene, 10)
  }),

  stationCase('TC_K_11_CS', async (scene) => {
    const { id: transactionId } = await bootsAndCharges(scene)
    const profile = profiles.transaction(111, transactionId)
    await sets(scene, profile, { evseId: 0, status: 'Rejected' })
    await drawsMoreThan(scene, 8)
  }),

  stationCase('TC_K_13_CS', async (scene) => {
    const profile = profiles.default(113)
    await scene.csms.boots()
    await sets(scene, profile)
    await restarts(scene)
    await holds(scene, { chargingProfile: { chargingProfileId: [113] } }, [
      { evseId: here.id, profile },
    ])
    await chargesAt(scene, 10)
  }),

  stationCase('TC_K_14_CS', async (scene) => {
    await scene.csms.boots()
    await sets(scene, profiles.default(114), { evseId: 2, status: 'Rejected' })
  }),

  stationCase('TC_K_16_CS', async (scene) => {
    await bootsAndCharges(scene)
    await sets(scene, profiles.transaction(116, unknown), { status: 'Rejected' })
    await drawsMoreThan(scene, 8)
  }),

  stationCase('TC_K_19_CS', async (scene) => {
    await scene.csms.boots()
    await sets(scene, profiles.daily(119))
    await makes(scene, [[0, 12]])
    await chargesAt(scene, 12)
  }),

  stationCase('TC_K_21_CS', async (scene) => {
    await scene.csms.boots()
    const chargingProfileKind = 'Relative'
    const profile = { chargingProfileKind, validFrom: from(300), ...level(121) } as const
    await sets(scene, profiles.default(121, profile))
    const later = [
      [0, ofItself],
      [300, amps],
    ] as const
    await makes(scene, later, { duration: 400 })
    await connectsAndCharges(scene)
    await drawsMoreThan(scene, amps)
    await scene.passes(300)
    await draws(scene, amps)
  }),

  stationCase('TC_K_22_CS', async (scene) => {
    await scene.csms.boots()
    const validTo = from(300)
    const profile = { validTo, ...level(122, { startSchedule: from(0) }) }
    await sets(scene, profiles.default(122, profile), { evseId: 0 })
    const ends = [
      [0, amps],
      [300, ofItself],
    ] as const
    for (const evseId of [0, here.id]) await makes(scene, ends, { evseId, duration: 400 })
    await chargesAt(scene, amps)
    await scene.passes(300)
    await drawsMoreThan(scene, amps)
  }),

  stationCase('TC_K_23_CS', async (scene) => {
    await scene.csms.boots()
    const profile = {
      validFrom: from(50),
      validTo: from(460),
      ...level(123, { startSchedule: from(60) }),
    }
    await sets(scene, profiles.default(123, profile))
    await makes(scene, [
      [0, ofItself],
      [60, amps],
    ])
    await connectsAndCharges(scene)
    await drawsMoreThan(scene, amps)
    await scene.passes(60)
    await draws(scene, amps)
  }),

  stationCase('TC_K_28_CS', async (scene) => {
    await bootsAndCharges(scene)
    await makes(scene, [[0, ofItself]])
    await drawsMoreThan(scene, amps)
    await sets(scene, profiles.default(128, level(128, { startSchedule: from(0) })))
    await makes(scene, [[0, amps]])
    await draws(scene, amps)
  }),

  stationCase('TC_K_60_CS', async (scene) => {
    const { id: transactionId } = await bootsAndCharges(scene)
    const relative = { chargingProfileKind: 'Relative', ...level(160) } as const
    const profile = profiles.transaction(160, transactionId, relative)
    await isSetAndHeld(scene, profile, here.id)
    await makes(scene, [[0, amps]])
    await draws(scene, amps)
  }),
]
