import type { Running } from '@interlock/host'
import { inSeconds, type Timer } from '@interlock/kernel'
import type { SettlementMeter } from './config.ts'
import { decodeReading, readingBytes, type RegisterReading } from './core/register-reading.ts'
import { count, reconnected, type Counting, type SettlementDoubt } from './core/settlement.ts'
import { hearFrontEnd } from './front-end.ts'
import type { Llcs } from './llcs.ts'
import { vouches } from './network-time.ts'
import type { SettlementBook } from './settlement-book.ts'

const checkSeconds = 5

/** The meter of the charger's circuit, which is neither the charger's own nor its operator's. */
export type Settlement = Running & {
  readonly isConnected: boolean
  readonly connections: number
  /** Readings so far, doubted or not. */
  readonly readings: number
  /** Nothing has been heard for too long. */
  readonly isLost: boolean
  readonly doubts: ReadonlyMap<SettlementDoubt, number>
}

/**
 * Counts what the settlement meter's front end says into the book. What it does not say is in no half-hour: that it
 * was lost, and what is doubted of it, is on the record.
 */
export function countSettlement(
  llcs: Llcs,
  book: SettlementBook,
  { from, lostMillisMax, wattsMax }: SettlementMeter,
): Settlement {
  const { deps, audit, keeper } = llcs
  const { clock, log } = deps
  const doubts = new Map<SettlementDoubt, number>()
  let last: Counting['last']
  let heardAt = clock.now()
  let connectedAt = heardAt
  let readings = 0
  let isLost = false
  let isLossRecorded = false
  let isClosed = false
  let timer: Timer | undefined

  const take = (reading: RegisterReading): void => {
    const now = { at: clock.now(), isVouched: vouches(keeper.memory) }
    const { keep, doubt, counting } = count({ ...book.counting, last }, reading, now, { wattsMax })
    if (doubt !== undefined) doubts.set(doubt, (doubts.get(doubt) ?? 0) + 1)
    if (keep !== undefined) book.keep(keep)
    ;({ last } = counting)
    if (keep?.kind === 'break') audit.critical('SettlementDoubted', { doubt: keep.doubt })
  }
  /** What the disk does not take is taken with the next reading, or its boundary was not seen. */
  const onPacket = (contents: Uint8Array): void => {
    const reading = decodeReading(contents)
    if (reading === undefined || isClosed) return
    readings += 1
    try {
      const before = last
      take(reading)
      // One that repeats itself says nothing.
      if (last !== before) heardAt = clock.now()
    } catch (error) {
      log.error({ error }, 'a reading of the settlement meter could not be kept')
    }
  }
  const record = (): void => {
    if (isLost === isLossRecorded) return
    if (isLost) audit.critical('SettlementLost', { doubts: Object.fromEntries(doubts) })
    else audit.record('SettlementMeasured', {})
    isLossRecorded = isLost
  }
  const check = (): void => {
    const now = clock.now()
    isLost = now - heardAt >= lostMillisMax
    if (isLost && now - connectedAt >= lostMillisMax) frontEnd.reconnect()
    record()
  }
  const checkLater = (): void => {
    timer = clock.after(inSeconds(checkSeconds), 'settlement-check', () => {
      checkLater()
      try {
        check()
      } catch (error) {
        log.error({ error, isLost }, 'the loss or return of the settlement meter was not recorded')
      }
    })
  }
  const frontEnd = hearFrontEnd(llcs, {
    name: 'settlement',
    from,
    bytesMax: readingBytes,
    onPacket,
    onConnected() {
      connectedAt = clock.now()
      ;({ last } = reconnected({ last }))
    },
  })
  checkLater()
  return {
    get isConnected() {
      return frontEnd.isConnected
    },
    get connections() {
      return frontEnd.connections
    },
    get readings() {
      return readings
    },
    get isLost() {
      return isLost
    },
    doubts,
    async close() {
      isClosed = true
      timer?.cancel()
      await frontEnd.close()
    },
  }
}
