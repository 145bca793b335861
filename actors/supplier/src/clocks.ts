import type { ClockBody } from '@interlock/duis'
import type { ActorDeps } from '@interlock/host'
import {
  inMinutes,
  inSeconds,
  instant,
  type Eui64,
  type Instant,
  type Timer,
} from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { Numbers } from './numbers.ts'
import type { Asking } from './critical-request.ts'
import { problemIn } from './problem-in.ts'
import { publishTo } from './publish.ts'

/** So long a time is true once it is signed: the way to the device takes seconds. */
const toleranceSeconds = 60
export const timeAt = (now: Instant): ClockBody => ({
  kind: 'clock',
  at: instant(Math.floor(now / 1000) * 1000),
  toleranceSeconds,
})
/** Devices asked at the same time. */
const atOnce = 8
/** Where somebody was not reached; the next round is soon enough for a clock that disagrees. */
const retrySeconds = 60
const retriesMax = 5

export type ClockRound = readonly { readonly device: Eui64; readonly problem?: string }[]
/** Tells devices the time, now and then (6.11). */
export type Clocks = {
  /** Tells all of them now. */
  tell(): Promise<ClockRound>
  close(): void
}

export function createClocks(options: {
  readonly actor: string
  readonly devices: readonly Eui64[]
  readonly everyMinutes: number
  readonly publication: Asking
  readonly numbers: Numbers
  readonly audit: Audit
  readonly deps: Pick<ActorDeps, 'clock' | 'log'>
}): Clocks {
  const { actor, devices, everyMinutes, publication, numbers, audit } = options
  const { clock, log } = options.deps
  let timer: Timer | undefined
  let closed = false

  const tellOne = async (device: Eui64): Promise<ClockRound[number]> => {
    const now = clock.now()
    const counter = numbers.nextCounter(device, now)
    const { problem } = await problemIn(publishTo(device, timeAt(now), counter, publication))
    return problem === undefined ? { device } : { device, problem }
  }
  const tell = async (to: readonly Eui64[]): Promise<ClockRound> => {
    const waiting = [...to]
    const told: ClockRound[number][] = []
    const worker = async (): Promise<void> => {
      for (let device = waiting.shift(); device !== undefined; device = waiting.shift())
        told.push(await tellOne(device))
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    const failed = told.filter(({ problem }) => problem !== undefined)
    audit.critical('TimeTold', { devices: told.length, failed })
    if (failed.length > 0) log.warn({ failed }, 'devices were not told the time, or contradict it')
    return told
  }
  const wake = (delay: Parameters<typeof clock.after>[0], to: readonly Eui64[], tries: number) => {
    if (closed) return
    timer = clock.after(delay, `${actor}/clocks`, async () => {
      try {
        const failed = (await tell(to)).filter(({ problem }) => problem !== undefined)
        if (failed.length > 0 && tries < retriesMax) {
          const again = failed.map(({ device }) => device)
          wake(inSeconds(retrySeconds), again, tries + 1)
        } else wake(inMinutes(everyMinutes), devices, 0)
      } catch (error) {
        // A full disk is no answer of a device: they are told once it has room again.
        wake(inSeconds(retrySeconds), to, tries)
        throw error
      }
    })
  }
  // The first time soon: what stands still since longer is noticed then.
  if (devices.length > 0) wake(inSeconds(retrySeconds), devices, 0)

  return {
    tell: () => tell(devices),
    close() {
      closed = true
      timer?.cancel()
    },
  }
}
