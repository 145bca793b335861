import type { Happening } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import { Fault, inSeconds, toIso, type Eui64, type Instant, type Timer } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { PublishedTariffs } from './customers/published-tariffs.ts'
import type { Numbers } from './numbers.ts'
import type { Asking } from './critical-request.ts'
import { problemIn } from './problem-in.ts'
import { publishTo } from './publish.ts'
import { bodyOf, type Offer } from './tariff.ts'

export type Published = {
  readonly version: number
  readonly meters: readonly { readonly meter: Eui64; readonly problem?: string }[]
}

/** Publishes to every meter; those not reached are tried again until a newer tariff comes. */
export type Rounds = {
  /**
   * At once, or so that the DCC sends it at `executeAt`. What is published after it takes its place.
   * @throws Fault `TariffInvalid`
   */
  publish(offer: Offer, executeAt?: Instant): Promise<Published>
  close(): void
}

type Dated = { readonly offer: Offer; readonly executeAt: Instant | undefined }

/** Meters asked at the same time. */
const atOnce = 8
const retrySeconds = { first: 60, longest: 900 } as const
/** Twice as long after each round: a meter may be away for days, and is told when it is back. */
const pauseAfter = (round: number): number =>
  Math.min(retrySeconds.longest, retrySeconds.first * 2 ** Math.min(round - 1, 10))

export function createRounds(options: {
  readonly actor: string
  readonly meters: readonly Eui64[]
  readonly publication: Asking
  readonly numbers: Numbers
  readonly audit: Audit
  readonly tariffs: Pick<PublishedTariffs, 'keep'>
  readonly tell: (happening: Happening) => void
  readonly deps: Pick<ActorDeps, 'clock' | 'log'>
}): Rounds {
  const { actor, publication, numbers, audit, tariffs, tell } = options
  const { clock, log } = options.deps
  let retry: Timer | undefined

  const publishOne = async ({ offer, executeAt }: Dated, version: number, meter: Eui64) => {
    const tariff = bodyOf(offer, version)
    if (!tariff.ok) throw tariffInvalid(tariff.reason, tariff.detail)
    const later = executeAt !== undefined && executeAt > clock.now() ? executeAt : undefined
    const now = clock.now()
    const counter =
      later === undefined
        ? numbers.nextCounter(meter, now)
        : numbers.datedCounter(meter, later, now)
    const at = later === undefined ? {} : { executeAt: toIso(later) }
    audit.critical('TariffSent', { meter, version, counter: counter.toString(), ...at })
    const { problem } = await problemIn(publishTo(meter, tariff.value, counter, publication, later))
    return problem === undefined ? { meter } : { meter, problem }
  }

  const round = async (
    dated: Dated,
    meters: readonly Eui64[],
    number: number,
  ): Promise<Published> => {
    const version = numbers.nextVersion()
    // What is tried again says the same.
    if (number === 1) tariffs.keep(dated.offer, version, dated.executeAt)
    const waiting = [...meters]
    const results: { meter: Eui64; problem?: string }[] = []
    const worker = async (): Promise<void> => {
      for (let meter = waiting.shift(); meter !== undefined; meter = waiting.shift())
        results.push(await publishOne(dated, version, meter))
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    const failed = results.filter((each) => each.problem !== undefined)
    audit.record('TariffPublished', { version, meters: results.length, failed })
    const data = { version, meters: results.length, failed: failed.length }
    tell({ at: clock.now(), actor, kind: 'state', data })
    if (failed.length > 0) {
      log.warn({ version, failed }, 'meters not reached; trying again')
      const again = failed.map((each) => each.meter)
      retry = clock.after(inSeconds(pauseAfter(number)), `${actor}/publish`, async () => {
        await round(dated, again, number + 1)
      })
    }
    return { version, meters: results }
  }

  return {
    async publish(offer, executeAt) {
      const tariff = bodyOf(offer, 0)
      if (!tariff.ok) throw tariffInvalid(tariff.reason, tariff.detail)
      retry?.cancel()
      return await round({ offer, executeAt }, options.meters, 1)
    },
    close: () => retry?.cancel(),
  }
}

export const tariffInvalid = (reason: string, detail = ''): Fault =>
  new Fault('TariffInvalid', `the tariff cannot be published: ${reason} ${detail}`.trim(), {
    remedy: 'give successive half-hours with prices in pence, or a tariff document of one version',
  })
