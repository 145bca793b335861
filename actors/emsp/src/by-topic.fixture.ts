import { systemClock } from '@interlock/host'
import type { Eui64, Instant } from '@interlock/kernel'
import type { Cdr } from '@interlock/ocpi'
import { ocpiObjects, openDatabase } from '@interlock/store'
import type { Received } from '@interlock/topics'
import type { EmspConfig } from './config.ts'
import { billStore, disputesMax } from './data/bills.ts'
import { migrations, type EmspTables } from './data/schema.ts'
import { toldStore } from './data/told.ts'
import { followings } from './middleware.ts'

/** A record of a card; nobody has signed it. */
export const recordOf = (uid: string): string =>
  `OCMF|{"PG":"T1","ID":"${uid}","RD":[]}|{"SD":"00"}`

/** What a provider reads by topic, on its own database, without a middleware. */
export async function openByTopic(config: EmspConfig, station: Eui64) {
  const { db, close } = await openDatabase<EmspTables>(config.database, migrations)
  const told = toldStore(db)
  const proved: number[] = []
  const [readings, sessions] = followings({
    contracts: config.contracts,
    config: { ...config, homes: [{ feeder: 'f1', station, operator: 'operator' }] },
    told,
    proofs: { keep: ({ head }) => void proved.push(head.seq) },
    now: () => systemClock.now(),
  })
  let count = 0
  const topic = { region: 'NL', feeder: 'f1', kind: 'reading', id: station } as const
  return {
    objects: await ocpiObjects(db),
    told,
    proved,
    take: (seq: number, at: Instant) =>
      told.take(
        {
          topic,
          head: { author: station, seq },
          payload: { transaction: 'P' },
        } as unknown as Received,
        at,
      ),
    /** A new record is disputed, where there may be so many disputes with its operator. */
    disputeOf: (cdr: Cdr, ofOperator: number) =>
      billStore(db, { ...disputesMax, ofOperator }).dispute(
        { ...cdr, id: `NEW-${++count}` },
        { reason: 'PageMissing', atFault: 'operator', detail: '' },
        systemClock.now(),
      ),
    topic,
    hears: { reading: readings?.hears, session: sessions?.hears },
    /** It is opened, and the next of the station. */
    say: async (seq: number, payload: object, kind: 'reading' | 'session' = 'reading') =>
      (kind === 'reading' ? readings : sessions)?.handle({
        topic: { ...topic, kind },
        head: { author: station, seq },
        payload,
      } as unknown as Received),
    close,
  }
}
