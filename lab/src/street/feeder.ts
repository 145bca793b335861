import { dirname } from 'node:path'
import {
  ensureDir,
  httpClient,
  loadIdentity,
  readText,
  writeAtomic,
  type ActorDeps,
  type Running,
} from '@interlock/host'
import { Fault, inHours, instant, millis, toIso, type Instant, type Timer } from '@interlock/kernel'
import { signFeederReading } from '@interlock/seal'
import { feeder } from './address-book.ts'
import { feederGroup } from './capacity-configs.ts'
import { https, type Plan } from './configs.ts'
import { feederBlockMillis, feederBlockOf } from './feeder-model.ts'

/** Three days: enough for the operator to forecast, and to know how wrong that may be. */
const blocksKnown = 3 * 96

/** What the rest of the feeder has drawn until `now`, where the operator reads it. */
export function writeFeederLoad({ layout, feeder: { restWatts } }: Plan, now: Instant): void {
  const from = instant(feederBlockOf(now) - blocksKnown * feederBlockMillis)
  const watts = Array.from({ length: blocksKnown }, (_, block) =>
    restWatts(instant(from + block * feederBlockMillis)),
  )
  ensureDir(dirname(layout.feederLoad))
  writeAtomic(layout.feederLoad, JSON.stringify({ from: toIso(from), watts }), 0o644)
}

/**
 * The meter at the feeder's head, simulated: at the end of each quarter of an hour it signs what came
 * through, the households' load and what the chargers' own meters counted, and brings it to the operator.
 */
export function startFeederMeter(
  plan: Plan,
  chargersWattHours: () => number,
  { clock, activity, crypto, log }: Pick<ActorDeps, 'clock' | 'activity' | 'crypto' | 'log'>,
): Running {
  const { layout } = plan
  const { peer, key } = loadIdentity(layout.feederMeter)
  const http = httpClient({
    identity: loadIdentity(layout.feederMeter),
    trust: { roots: [readText(layout.trust.charging)] },
    activity,
    expectRole: 'dso',
  })
  const url = `${https(plan, 'dso/meters')}/api/v1/feeder-readings`
  let timer: Timer | undefined
  let last = { at: clock.now(), wattHours: chargersWattHours() }

  const bring = async (from: Instant, wattHours: number): Promise<void> => {
    const meter = { thumbprint: peer.thumbprint, key }
    const reading = signFeederReading({ feeder: feederGroup, from, wattHours }, meter, crypto)
    try {
      const { status, body } = await http.request('POST', url, { group: feederGroup, reading })
      if (status !== 204) log.warn({ from, status, body }, 'a reading of the feeder is not taken')
    } catch (error) {
      // Without an operator nobody is told; it notes the silence when it is back.
      if (!(error instanceof Fault)) throw error
    }
  }
  const look = async (): Promise<void> => {
    const { at, wattHours } = last
    const now = clock.now()
    last = { at: now, wattHours: chargersWattHours() }
    if (now % inHours(1) === 0) writeFeederLoad(plan, now)
    // What came through before it was switched on it has not counted.
    if (now - at !== feederBlockMillis) return
    const rest = (plan.feeder.restWatts(at) * feederBlockMillis) / 3_600_000
    await bring(at, Math.round(rest + last.wattHours - wattHours))
  }
  const wait = (): void => {
    const delay = millis(feederBlockMillis - (clock.now() % feederBlockMillis))
    // Before any of those who act when a block begins.
    timer = clock.after(delay, `${feeder}/meter`, () => {
      wait()
      return look()
    })
  }
  wait()
  return {
    async close() {
      timer?.cancel()
      await http.close()
    },
  }
}
