import { CallError, type Request } from '@interlock/ocpp'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { asks, connects } from '../../station/charge.ts'
import { isSentTo } from '../../station/network.ts'

type Event = Request<'TransactionEvent'>

const attemptsMax = 3
const intervalSeconds = 60
/**
 * Real time after which a station gives up an answer: short, and still longer than a busy machine takes
 * for what is answered. What it gives up too early it sends again in world time, which stands still here.
 */
const timeoutSeconds = 2

const rules = {
  variables: {
    'OCPPCommCtrlr.MessageAttempts(TransactionEvent)': `${attemptsMax}`,
    'OCPPCommCtrlr.MessageAttemptInterval(TransactionEvent)': `${intervalSeconds}`,
    'SampledDataCtrlr.TxUpdatedInterval': '0',
  },
}

/** What becomes of an attempt: an answer, none, or an error. */
type Fate = 'answered' | 'ignored' | 'failed'

/** When attempts at the event came that says that energy flows; each has its fate. */
function watches({ csms, now }: StationScene, fateOf: (attempt: number) => Fate) {
  const came: { readonly at: number; readonly realAt: number }[] = []
  csms.answers(
    'TransactionEvent',
    ({ triggerReason, transactionInfo: { chargingState } }: Event) => {
      if (triggerReason !== 'ChargingStateChanged' || chargingState !== 'Charging') return {}
      came.push({ at: now(), realAt: Date.now() })
      const fate = fateOf(came.length)
      if (fate === 'failed') throw new CallError('InternalError', 'not now')
      return fate === 'answered' ? {} : new Promise<never>(() => {})
    },
  )
  return came
}
type Came = ReturnType<typeof watches>

/** The attempt of that number comes, and not before its time (E13.FR.02). */
async function isTriedAgain(
  { steps, passes }: StationScene,
  came: Came,
  attempt: number,
  patienceSeconds: number,
): Promise<void> {
  const last = came.at(-1)
  await steps.eventually(`attempt ${attempt} comes`, attempt, async () => {
    // The world waits until the station has given up the answer before.
    const waited = Date.now() - (last?.realAt ?? 0)
    if (waited > patienceSeconds * 1_000) await passes(5)
    return came.length
  })
  const wait = intervalSeconds * (attempt - 1)
  const gap = (came.at(-1)?.at ?? 0) - (last?.at ?? 0)
  steps.expect(`it waited ${wait} s in between`, true, gap >= wait * 1_000)
}

/** No more comes, and the station goes on with what follows. */
async function isEnough(scene: StationScene, came: Came, attempts: number): Promise<void> {
  const { csms, station, tokens, steps, passes } = scene
  await station.presents(tokens.valid)
  await steps.eventually('the next event comes', true, async () => {
    await passes(intervalSeconds * attemptsMax)
    const { messagesInQueue } = await csms.sends('GetTransactionStatus', {})
    return !messagesInQueue
  })
  await csms.isSent('TransactionEvent', { triggerReason: 'StopAuthorized' })
  steps.expect('it was sent no more often', attempts, came.length)
}

/** The event that tells of the flow is sent again, as long as it must be. */
async function isRetried(
  scene: StationScene,
  fateOf: (attempt: number) => Fate,
  attempts: number,
  patienceSeconds: number,
): Promise<void> {
  const charge = await connects(scene)
  const came = watches(scene, fateOf)
  await asks(scene, scene.tokens.valid)
  await charge.goesOn('Authorized', { idToken: scene.tokens.valid })
  await scene.steps.eventually('the event comes', 1, () => Promise.resolve(came.length))
  for (let attempt = 2; attempt <= attempts; attempt += 1)
    await isTriedAgain(scene, came, attempt, patienceSeconds)
  await isEnough(scene, came, attempts)
}

/** The station is told to wait for answers no longer than it takes to test it. */
async function isImpatient(scene: StationScene): Promise<void> {
  await scene.csms.boots()
  await isSentTo(scene, scene.csms, { securityProfile: 1, messageTimeout: timeoutSeconds })
  await scene.csms.boots()
}

export const retries: readonly StationCase[] = [
  stationCase(
    'TC_E_41_CS',
    async (scene) => {
      await isImpatient(scene)
      await isRetried(scene, () => 'ignored', attemptsMax, timeoutSeconds + 0.2)
    },
    rules,
  ),

  stationCase(
    'TC_E_42_CS',
    async (scene) => {
      await isImpatient(scene)
      const fateOf = (attempt: number): Fate => (attempt === 1 ? 'ignored' : 'answered')
      await isRetried(scene, fateOf, 2, timeoutSeconds + 0.2)
    },
    rules,
  ),

  stationCase(
    'TC_E_50_CS',
    async (scene) => {
      await scene.csms.boots()
      await isRetried(scene, () => 'failed', attemptsMax, 0)
    },
    rules,
  ),

  stationCase(
    'TC_E_51_CS',
    async (scene) => {
      await scene.csms.boots()
      await isRetried(scene, (attempt) => (attempt === 2 ? 'answered' : 'failed'), 2, 0)
    },
    rules,
  ),
]
