import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { createCharge } from '../../station/charge.ts'
import { comesBack, goesOffline } from '../../station/offline.ts'
import { hasSaidAll, reports } from '../../station/states.ts'

/** World time between two looks at a station that is away for long. */
const stepSeconds = 10

/** While the connection is away a vehicle is plugged in; afterwards both is told. */
async function isPluggedInMeanwhile(scene: StationScene): Promise<void> {
  await goesOffline(scene, stepSeconds)
  await scene.station.plugsIn()
  await comesBack(scene, stepSeconds)
  await reports(scene, 'Occupied')
  await createCharge(scene).starts('CablePluggedIn', { offline: true })
}

/** World time within which `passes` looks at the station again. */
const graceMillis = 10_000
const waitSeconds = 20

/** How long the station took, in ms of world time. */
async function backAfter(scene: StationScene, from: number): Promise<number> {
  await comesBack(scene)
  return (scene.csms.upgrades.at(-1)?.at ?? 0) - from
}

export const absences: readonly StationCase[] = [
  stationCase(
    'TC_B_51_CS',
    async (scene) => {
      const { csms } = scene
      await csms.boots()
      // Nothing has changed, and still it is told.
      csms.drops()
      await comesBack(scene, stepSeconds)
      await reports(scene, 'Available')
      await isPluggedInMeanwhile(scene)
    },
    {
      variables: {
        'OCPPCommCtrlr.OfflineThreshold': '60',
        'OCPPCommCtrlr.RetryBackOffWaitMinimum': '62',
        'OCPPCommCtrlr.RetryBackOffRandomRange': '0',
      },
    },
  ),

  stationCase(
    'TC_B_52_CS',
    async (scene) => {
      const { csms } = scene
      await csms.boots()
      csms.drops()
      await comesBack(scene)
      await hasSaidAll(scene)
      csms.isNotSent('StatusNotification', 'what has not changed is not told')
      await isPluggedInMeanwhile(scene)
    },
    { variables: { 'OCPPCommCtrlr.OfflineThreshold': '600' } },
  ),

  stationCase(
    'TC_B_57_CS',
    async (scene) => {
      const { csms, steps, passes, now } = scene
      const took = (says: string, seconds: number, millis: number): void => {
        const inTime = millis >= seconds * 1_000 && millis < seconds * 1_000 + graceMillis
        steps.expect(`${says} after ${seconds} s`, true, inTime)
      }
      await csms.boots()
      let from = now()
      csms.drops()
      took('it comes back', waitSeconds, await backAfter(scene, from))
      await hasSaidAll(scene)

      csms.admits(503)
      from = now()
      csms.drops()
      await steps.eventually('it tries again, and is not let in', 3, async () => {
        await passes(1)
        return csms.upgrades.length
      })
      const refusedAt = csms.upgrades.at(-1)?.at ?? 0
      took('it tries again', waitSeconds, refusedAt - from)
      took('it comes back', 2 * waitSeconds, await backAfter(scene, refusedAt))
    },
    {
      variables: {
        'OCPPCommCtrlr.RetryBackOffRepeatTimes': '2',
        'OCPPCommCtrlr.RetryBackOffRandomRange': '0',
        'OCPPCommCtrlr.RetryBackOffWaitMinimum': `${waitSeconds}`,
      },
    },
  ),
]
