import type { Topic } from '@interlock/contract'
import type { Identity } from '@interlock/host'
import { Fault, fromBase64, fromUtf8 } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { demandTopic, openTopics, type Topics } from '@interlock/topics'
import type { StationConfig } from './config.ts'
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
  demandTopic(readingTopic({ config, eui }))
  return openTopics({
    config: config.middleware,
    identity,
    rootPem: roots.charging.join('\n'),
    data: config.data,
    note: (kind, found) => records.note(kind, found),
    deps,
  })
}

/** Where this home's readings are said. */
export const readingTopic = ({ config, eui }: Pick<Station, 'config' | 'eui'>): Topic => ({
  region: config.region,
  feeder: config.feeder,
  kind: 'reading',
  id: eui,
})

/**
 * What the meter has signed goes to those whom the key server names, besides to the CSMS, which then cannot
 * change or keep back a reading unseen.
 */
export function tellReadings(station: Station, events: readonly Event[]): void {
  const { topics, deps } = station
  if (topics === undefined) return
  try {
    for (const { transactionInfo, meterValue = [] } of events)
      for (const { signedMeterValue } of meterValue.flatMap(({ sampledValue }) => sampledValue)) {
        const record = signedMeterValue && fromBase64(signedMeterValue.signedMeterData)
        if (record === undefined) continue
        topics.tell(readingTopic(station), {
          transaction: transactionInfo.transactionId,
          record: fromUtf8(record),
        })
      }
  } catch (error) {
    // The charge goes on, and the CSMS has the reading.
    if (!(error instanceof Fault)) throw error
    deps.log.warn({ error }, 'a reading is not said to the middleware')
  }
}
