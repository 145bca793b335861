import type { Running } from '@interlock/host'
import { inSeconds, type Timer } from '@interlock/kernel'
import type { Waveform } from './config.ts'
import { createMetering, type MeteringDoubt } from './core/metering.ts'
import { blockBytesMax, decodeSampleBlock } from './core/sample-block.ts'
import { hearFrontEnd } from './front-end.ts'
import type { Llcs } from './llcs.ts'
import type { Sample, Supervising } from './supervising.ts'

const checkSeconds = 1

/** The frequency as measured at the socket of this home. */
export type Mains = Running & {
  /** Of the last reading that was believed. */
  readonly hertz: number | undefined
  /** Nothing has been measured for too long. */
  readonly isLost: boolean
  readonly isConnected: boolean
  /** Connections so far, and blocks of samples. */
  readonly connections: number
  readonly blocks: number
  /** How often samples gave no reading, by reason. */
  readonly doubts: ReadonlyMap<MeteringDoubt, number>
}

/**
 * Listens to the metering front end. Its readings are watched as they come; where there are none for too
 * long that is on the record, nothing is armed, and a response ends as if the grid had recovered.
 */
export function watchMains(llcs: Llcs, supervising: Supervising, waveform: Waveform): Mains {
  const { deps, audit } = llcs
  const { clock, log } = deps
  const { from, lostMillisMax } = waveform
  const metering = createMetering({
    ...waveform,
    voltsPerCount: waveform.millivoltsPerCount / 1_000,
  })
  const doubts = new Map<MeteringDoubt, number>()
  let heardAt = clock.now()
  let blocks = 0
  let measuredAt = heardAt
  let hertz: number | undefined
  let isLost = false
  let isLossRecorded = false
  let isClosed = false
  let timer: Timer | undefined
  let waiting: Sample | undefined
  let isBusy = false

  /** A charger that is slow to answer is told the newest reading next, not all that it has missed. */
  const watch = async (sample: Sample): Promise<void> => {
    waiting = sample
    if (isBusy) return
    isBusy = true
    try {
      for (let each: Sample | undefined = sample; each !== undefined; each = waiting) {
        waiting = undefined
        await supervising.sample(each)
      }
    } catch (error) {
      log.error({ error }, 'a reading of the frequency could not be acted on')
    } finally {
      isBusy = false
    }
  }

  /** What the disk does not take now is tried again with the next check: the watch goes on meanwhile. */
  const record = (): void => {
    if (isLost === isLossRecorded) return
    try {
      if (isLost) audit.critical('FrequencyLost', { doubts: Object.fromEntries(doubts) })
      else audit.record('FrequencyMeasured', { hertz })
      isLossRecorded = isLost
    } catch (error) {
      log.error({ error, isLost }, 'the loss or return of the frequency could not be recorded')
    }
  }

  const onPacket = (contents: Uint8Array): void => {
    const block = decodeSampleBlock(contents)
    if (block === undefined) return
    heardAt = clock.now()
    blocks += 1
    const { reading, doubt } = metering.take(block, heardAt)
    if (doubt !== undefined) doubts.set(doubt, (doubts.get(doubt) ?? 0) + 1)
    if (reading === undefined) return
    measuredAt = heardAt
    hertz = reading.hertz
    if (isLost) {
      record()
      isLost = false
      record()
    }
    void watch(reading)
  }

  const lose = (): void => {
    isLost = true
    llcs.publish({ kind: 'security', reason: 'FrequencyLost' })
  }
  const check = async (): Promise<void> => {
    const now = clock.now()
    // What says nothing may be a connection that nobody told us is cut.
    if (now - heardAt >= lostMillisMax) frontEnd.reconnect()
    if (now - measuredAt >= lostMillisMax) {
      if (!isLost) lose()
      await supervising.unmeasured(now).catch((error: unknown) => {
        log.error({ error }, 'the loss of the frequency could not be acted on')
      })
    }
    if (!isClosed) record()
  }
  const checkLater = (): void => {
    timer = clock.after(inSeconds(checkSeconds), 'mains-check', async () => {
      try {
        await check()
      } finally {
        // Nothing that fails in it ends the watch.
        if (!isClosed) checkLater()
      }
    })
  }
  checkLater()

  const frontEnd = hearFrontEnd(llcs, {
    name: 'mains',
    from,
    bytesMax: blockBytesMax,
    onPacket,
    onConnected: () => (heardAt = clock.now()),
  })
  return {
    get hertz() {
      return isLost ? undefined : hertz
    },
    get isLost() {
      return isLost
    },
    get isConnected() {
      return frontEnd.isConnected
    },
    get connections() {
      return frontEnd.connections
    },
    get blocks() {
      return blocks
    },
    doubts,
    async close() {
      isClosed = true
      timer?.cancel()
      await frontEnd.close()
    },
  }
}
