import type { Happening } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import { Fault, inSeconds, toIso, type Eui64, type Instant, type Timer } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { PublishedTariffs } from './customers/published-tariffs.ts'
import type { Numbers } from './numbers.ts'
import type { Asking } from './critical-request.ts'
import { problemIn } from './problem-in.ts'
import { publishTo } from './publish.ts'
import { bodyOf, type Offer, type OfferBody } from './tariff.ts'

export type Published = {
  readonly version: number
  readonly meters: readonly { readonly meter: Eui64; readonly problem?: string }[]
}

/** Publishes to every meter; those not reached are tried again until a newer tariff comes. */
export type Rounds = {
  /**
   * At once, or from `executeAt` on: for that the meter keeps one of the standard, and the DCC holds one of
   * ours. What is published after it takes its place, also of a round that is still under way.
   * @throws Fault `TariffInvalid`
   */
  publish(offer: Offer, executeAt?: Instant): Promise<Published>
  /** What would be sent, or why none can be. */
  check(offer: Offer, executeAt?: Instant): ReturnType<typeof bodyOf>
  close(): void
}

type Dated = { readonly offer: Offer; readonly executeAt?: Instant | undefined }

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

  /** The version of the last round that was begun. */
  let latest = 0

  const check = ({ offer, executeAt }: Dated, version = 0) =>
    bodyOf(offer, version, { now: clock.now(), executeAt, heldUntil: numbers.heldUntil() })
  /** @throws Fault `TariffInvalid` */
  const bodyFor = (dated: Dated, version?: number): OfferBody => {
    const body = check(dated, version)
    if (!body.ok) throw tariffInvalid(body.reason, body.detail)
    return body.value
  }
  /** The date until which the DCC is to hold a message; the standard's has its own for the meter. */
  const holdUntil = (body: OfferBody, { executeAt }: Dated): Instant | undefined =>
    body.kind === 'timeOfUseTariff' || executeAt === undefined || executeAt <= clock.now()
      ? undefined
      : executeAt

  const publishOne = async (body: OfferBody, dated: Dated, version: number, meter: Eui64) => {
    // Else what was to be sent before would have the higher counter.
    if (version !== latest) return { meter, problem: 'Superseded' }
    const later = holdUntil(body, dated)
    const now = clock.now()
    const counter =
      later === undefined
        ? numbers.nextCounter(meter, now)
        : numbers.datedCounter(meter, later, now)
    const executeAt = later ?? (body.kind === 'timeOfUseTariff' ? body.executeAt : undefined)
    const at = executeAt === undefined ? {} : { executeAt: toIso(executeAt) }
    const sent = { meter, version, counter: counter.toString(), message: body.kind }
    audit.critical('TariffSent', { ...sent, ...at })
    const { problem } = await problemIn(publishTo(meter, body, counter, publication, later))
    return problem === undefined ? { meter } : { meter, problem }
  }

  const round = async (
    dated: Dated,
    meters: readonly Eui64[],
    number: number,
  ): Promise<Published> => {
    const version = numbers.nextVersion()
    latest = version
    const body = bodyFor(dated, version)
    const held = holdUntil(body, dated)
    if (held !== undefined) numbers.hold(held)
    // What is tried again says the same.
    if (number === 1) tariffs.keep(dated.offer, version, dated.executeAt)
    const waiting = [...meters]
    const results: { meter: Eui64; problem?: string }[] = []
    const worker = async (): Promise<void> => {
      for (let meter = waiting.shift(); meter !== undefined; meter = waiting.shift())
        results.push(await publishOne(body, dated, version, meter))
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    const failed = results.filter((each) => each.problem !== undefined)
    audit.record('TariffPublished', { version, meters: results.length, failed })
    const data = { version, meters: results.length, failed: failed.length }
    tell({ at: clock.now(), actor, kind: 'state', data })
    if (failed.length > 0 && version === latest) {
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
      bodyFor({ offer, executeAt })
      retry?.cancel()
      return await round({ offer, executeAt }, options.meters, 1)
    },
    check: (offer, executeAt) => check({ offer, executeAt }),
    close: () => retry?.cancel(),
  }
}

export const tariffInvalid = (reason: string, detail = ''): Fault =>
  new Fault('TariffInvalid', `the tariff cannot be published: ${reason} ${detail}`.trim(), {
    remedy: 'give successive half-hours with prices in pence, or a tariff document of one version',
  })
