import { absent, present } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { connectsAndCharges, departs, rests, type Charge } from '../../station/charge.ts'
import { holdsEvents } from '../../station/held-events.ts'
import { comesBack, goesOffline } from '../../station/offline.ts'
import { hasSaidAll } from '../../station/states.ts'

const sampleSeconds = 60
const sampling = {
  variables: {
    'SampledDataCtrlr.TxUpdatedInterval': `${sampleSeconds}`,
    'OCPPCommCtrlr.OfflineThreshold': '600',
  },
}

const status = (
  { csms }: StationScene,
  transactionId: string | undefined,
  ongoingIndicator: unknown,
  messagesInQueue: boolean,
): Promise<unknown> =>
  csms.sends('GetTransactionStatus', transactionId === undefined ? {} : { transactionId }, {
    ongoingIndicator,
    messagesInQueue,
  })

async function bootsAndCharges(scene: StationScene): Promise<Charge> {
  await scene.csms.boots()
  return connectsAndCharges(scene)
}

/** While something happens offline events wait; the first is sent, and not answered yet. */
async function hasWaiting(scene: StationScene, happens: () => Promise<void>): Promise<() => void> {
  await goesOffline(scene)
  await happens()
  const letGo = holdsEvents(scene.csms)
  await comesBack(scene)
  return letGo
}

const sampled = (charge: Charge): Promise<unknown> =>
  charge.goesOn('MeterValuePeriodic', { offline: true, meterValue: present })

export const transactionStatus: readonly StationCase[] = [
  stationCase('TC_E_28_CS', async (scene) => {
    await scene.csms.boots()
    await status(scene, 'no-such-transaction', false, false)
    // Nor is it the one that is going on.
    await connectsAndCharges(scene)
    await hasSaidAll(scene)
    await status(scene, 'no-such-transaction', false, false)
  }),

  stationCase(
    'TC_E_29_CS',
    async (scene) => {
      const charge = await bootsAndCharges(scene)
      const letGo = await hasWaiting(scene, () => scene.passes(sampleSeconds))
      await status(scene, charge.id, true, true)
      letGo()
      await sampled(charge)
    },
    sampling,
  ),

  stationCase('TC_E_30_CS', async (scene) => {
    const charge = await bootsAndCharges(scene)
    await hasSaidAll(scene)
    await status(scene, charge.id, true, false)
  }),

  stationCase(
    'TC_E_31_CS',
    async (scene) => {
      const { station, tokens } = scene
      const charge = await bootsAndCharges(scene)
      const letGo = await hasWaiting(scene, async () => {
        await station.presents(tokens.valid)
        await station.unplugs()
      })
      await status(scene, charge.id, false, true)
      letGo()
      await rests(charge, { offline: true })
      await charge.ends('EVCommunicationLost', { offline: true })
      await hasSaidAll(scene)
      await status(scene, charge.id, false, false)
    },
    sampling,
  ),

  stationCase('TC_E_32_CS', async (scene) => {
    const charge = await bootsAndCharges(scene)
    await scene.station.presents(scene.tokens.valid)
    await rests(charge)
    await departs(scene, charge)
    await hasSaidAll(scene)
    await status(scene, charge.id, false, false)
  }),

  stationCase(
    'TC_E_33_CS',
    async (scene) => {
      const charge = await bootsAndCharges(scene)
      const letGo = await hasWaiting(scene, () => scene.passes(sampleSeconds))
      await status(scene, undefined, absent, true)
      letGo()
      await sampled(charge)
    },
    sampling,
  ),

  stationCase('TC_E_34_CS', async (scene) => {
    await bootsAndCharges(scene)
    await hasSaidAll(scene)
    await status(scene, undefined, absent, false)
  }),
]
