import type { HalfHour, Reading, Topic } from '@interlock/contract'
import type { Identity } from '@interlock/host'
import { Fault, fromBase64, fromUtf8 } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { demandTopic, homeTopic, openTopics, readingTopic, type Topics } from '@interlock/topics'
import type { StationConfig } from './config.ts'
import { providerOf } from './core/reading-audience.ts'
import type { Station } from './station.ts'

type Event = Request<'TransactionEvent'>

/**
 * The charger's way to the middleware, where its config names one. It charges as well without it.
 * @throws Fault `ConfigInvalid` where region or feeder are no levels of a topic
 */
export function openMiddleware(
  config: StationConfig,
  identity: () => Identity | undefined,
  { eui, roots, deps, records }: Pick<Station, 'eui' | 'roots' | 'deps' | 'records'>,
): Topics | undefined {
  if (config.middleware === undefined) return undefined
  demandTopic(halfHourTopic({ config, eui }))
  return openTopics({
    config: config.middleware,
    identity,
    rootPem: roots.charging.join('\n'),
    data: config.data,
    note: (kind, found) => records.note(kind, found),
    deps,
  })
}

/** Where this home is. */
const homeOf = ({ config, eui }: Pick<Station, 'config' | 'eui'>) => ({
  feeder: config.feeder,
  station: eui,
})
const halfHourTopic = (station: Pick<Station, 'config' | 'eui'>): Topic =>
  homeTopic('halfHour', station.config.region, homeOf(station))

/**
 * What the meter has signed in a charge by card goes to the provider that gave the card out, besides to the CSMS, which then
 * cannot change or keep back a reading unseen. Of all other charges, the home's own among them, nobody is told so.
 */
export function tellReadings(station: Station, events: readonly Event[]): void {
  if (station.topics === undefined) return
  const { tokenKeys = [] } = station.keeper.memory
  for (const { transactionInfo, meterValue = [] } of events)
    for (const { signedMeterValue } of meterValue.flatMap(({ sampledValue }) => sampledValue)) {
      const bytes = signedMeterValue && fromBase64(signedMeterValue.signedMeterData)
      if (bytes === undefined) continue
      const record = fromUtf8(bytes)
      const provider = providerOf(record, tokenKeys, station.deps.clock.now())
      if (provider === undefined) continue
      const topic = readingTopic(station.config.region, homeOf(station), provider)
      tell(station, topic, { transaction: transactionInfo.transactionId, record })
    }
}

/** What the register read at the end of a half-hour, which names nobody, goes to the operator whom an owner lets read it. */
export const tellHalfHour = (station: Station, record: string): void =>
  tell(station, halfHourTopic(station), { record })

function tell(station: Station, topic: Topic, payload: Reading | HalfHour): void {
  try {
    station.topics?.tell(topic, payload)
  } catch (error) {
    // The charge goes on, and the CSMS has the reading.
    if (!(error instanceof Fault)) throw error
    station.deps.log.warn({ error }, 'a reading is not said to the middleware')
  }
}
