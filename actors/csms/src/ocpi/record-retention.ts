import type { Running } from '@interlock/host'
import { inHours, inMinutes, instant, type Instant, type Timer } from '@interlock/kernel'
import { ownerName } from '@interlock/ocpi'
import type { Over } from '@interlock/store'
import type { OcpiConfig } from './ocpi-config.ts'
import { waitingModule } from './outbox.ts'
import type { RoamingDesk } from './roaming.ts'

type Days = Pick<OcpiConfig, 'recordDays' | 'admissionDays'>
type Row = Pick<Over, 'unless'> & {
  readonly module: string
  readonly days: (config: Days) => number
  /** Its party may not have heard of it yet. */
  readonly isTold?: true
}
const asRecords = ({ recordDays }: Days): number => recordDays
/** Longer than a driver is waited for, or a place kept free. */
const expectedDays = 2

/** What is forgotten once it is so old; what is still open, or not told yet, never is. */
const rows: readonly Row[] = [
  {
    module: 'sessions',
    days: asRecords,
    isTold: true,
    unless: { member: 'status', is: ['ACTIVE', 'PENDING', 'RESERVATION'] },
  },
  { module: 'cdrs', days: asRecords, isTold: true },
  {
    module: 'session-places',
    days: asRecords,
    isTold: true,
    unless: { member: 'isActive', is: ['true'] },
  },
  { module: 'reserved-charges', days: asRecords },
  { module: 'admissions', days: ({ admissionDays }) => admissionDays },
  { module: 'expected', days: () => expectedDays },
]

const daysBefore = (now: Instant, days: number): Instant => instant(now - inHours(24 * days))
/** By so much the clock of a station may differ from ours. */
const skewDays = 1

/** Its session and record may be forgotten: nothing is made of it once more, for it could be billed twice. */
export const isForgotten = (
  endedAt: Instant,
  { recordDays }: Pick<Days, 'recordDays'>,
  now: Instant,
): boolean => endedAt < daysBefore(now, recordDays - skewDays)

const roundMillis = inHours(1)
/** Where more is over than one batch. */
const againMillis = inMinutes(1)
export const batchMax = 500

/** Forgets what is over, at start and each hour, in batches that hold up nobody. */
export function keepRecordRetention(
  { objects, us, context }: Pick<RoamingDesk, 'objects' | 'us' | 'context'>,
  days: Days,
  label: string,
): Running {
  const { clock, log } = context.deps
  let timer: Timer | undefined
  let closed = false

  /** @returns whether more may be over. */
  const round = async (): Promise<boolean> => {
    let isMore = false
    for (const { module, days: of, isTold, unless } of rows) {
      const gone = await objects.forget({
        module,
        owner: ownerName(us),
        before: daysBefore(clock.now(), of(days)),
        countMax: batchMax,
        ...(unless === undefined ? {} : { unless }),
        ...(isTold ? { waits: { in: waitingModule, as: ['sessions', 'cdrs'] } } : {}),
      })
      isMore ||= gone === batchMax
    }
    return isMore
  }
  let working: Promise<void> | undefined
  const work = async (): Promise<void> => {
    let isMore = false
    try {
      isMore = await round()
    } catch (error) {
      log.error({ error }, 'what is over is not forgotten')
    }
    if (!closed) timer = clock.after(isMore ? againMillis : roundMillis, label, run)
  }
  const run = (): void => void (working = work())
  run()
  return {
    async close() {
      closed = true
      timer?.cancel()
      await working
    },
  }
}
