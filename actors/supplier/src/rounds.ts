import type { Happening } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import { Fault, inSeconds, toIso, type Eui64, type Instant, type Timer } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { PublishedTariffs } from './customers/published-tariffs.ts'
import type { Numbers } from './numbers.ts'
import type { Asking } from './critical-request.ts'
import type { Dated, LastTariff } from './last-tariff.ts'
import { problemIn } from './problem-in.ts'
import { publishTo } from './publish.ts'
import { bodyOf, isOver, withRest, type Offer, type OfferBody } from './tariff.ts'

export type Published = {
  readonly version: number
  readonly meters: readonly { readonly meter: Eui64; readonly problem?: string }[]
}

/** What a file says is to be published, and the digest of its bytes. */
export type FileOffer = { readonly offer: Offer; readonly digest: string }

/** Publishes to every meter; those not reached are tried again until a newer tariff comes, also after a restart. */
export type Rounds = {
  /**
   * At once, or from `executeAt` on: for that the meter keeps one of the standard, and the DCC holds one of
   * ours. What is published after it takes its place, also of a round that is still under way.
   * @throws Fault `TariffInvalid`
   */
  publish(offer: Offer, executeAt?: Instant): Promise<Published>
  /**
   * Publishes a file that is another than the one published last, which may be older than what was posted since;
   * else goes on with what meters are owed.
   * @throws Fault `TariffInvalid`
   */
  begin(file: FileOffer | undefined): Promise<void>
  /** What would be sent, or why none can be. */
  check(offer: Offer, executeAt?: Instant): ReturnType<typeof bodyOf>
  close(): void
}

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
  readonly last: Omit<LastTariff, 'close'>
  readonly tell: (happening: Happening) => void
  readonly deps: Pick<ActorDeps, 'clock' | 'log'>
}): Rounds {
  const { actor, publication, numbers, audit, tariffs, last, tell } = options
  const { clock, log } = options.deps
  let retry: Timer | undefined
  let closed = false

  /** The version of the last round that was begun. */
  let latest = 0
  /** How often publishing was begun, also where it ended before it had a version. */
  let begun = 0

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
        : numbers.datedCounter(meter, later, now, '1.1.1')
    const executeAt = later ?? (body.kind === 'timeOfUseTariff' ? body.executeAt : undefined)
    const at = executeAt === undefined ? {} : { executeAt: toIso(executeAt) }
    const sent = { meter, version, counter: counter.toString(), message: body.kind }
    audit.critical('TariffSent', { ...sent, ...at })
    const { problem } = await problemIn(publishTo(meter, body, counter, publication, later))
    if (problem !== undefined) return { meter, problem }
    // Of what was overtaken meanwhile nobody is owed anything.
    if (version === latest) last.taken(meter)
    return { meter }
  }

  const round = async (
    dated: Dated,
    meters: readonly Eui64[],
    { number, file }: { readonly number: number; readonly file?: string | undefined },
  ): Promise<Published> => {
    const version = numbers.nextVersion()
    latest = version
    const body = bodyFor(dated, version)
    const held = holdUntil(body, dated)
    if (held !== undefined) numbers.hold(held)
    // What is tried again says the same.
    if (number === 1) {
      tariffs.keep(dated.offer, version, dated.executeAt)
      last.begin(dated, file)
    }
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
      again(number)
    }
    return { version, meters: results }
  }
  /** After a pause, to whoever does not have it by then. */
  const again = (rounds: number): void => {
    if (closed) return
    const wait = inSeconds(pauseAfter(rounds))
    const number = rounds + 1
    retry = clock.after(wait, `${actor}/publish`, () => insisting(number, () => toOwed(number)))
  }
  const toOwed = async (number: number): Promise<void> => {
    const owed = last.owed(options.meters)
    if (owed === undefined) return
    const { meters } = owed
    const over = isOver(owed.offer, clock.now())
    const body = check(owed)
    if (body.ok && !over) return void (await round(owed, meters, { number }))
    const reason = body.ok ? 'TariffStale' : body.reason
    log.warn({ reason, meters }, 'meters that were not reached are told no more')
    audit.record('TariffGivenUp', { reason, meters: meters.length })
  }
  /** What a full disk ends is still owed, and tried again; what was begun since sees to that itself. */
  const insisting = async <Result>(
    number: number,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    const mine = ++begun
    try {
      return await work()
    } catch (error) {
      if (mine === begun) again(number)
      throw error
    }
  }
  const first = async (asked: Dated, file?: string): Promise<Published> => {
    const dated = { ...asked, offer: withRest(asked, last.offered, clock.now()) }
    bodyFor(dated)
    retry?.cancel()
    return await insisting(1, () => round(dated, options.meters, { number: 1, file }))
  }

  return {
    publish: (offer, executeAt) => first({ offer, executeAt }),
    async begin(file) {
      if (file !== undefined && file.digest !== last.file)
        return void (await first({ offer: file.offer }, file.digest))
      if (file !== undefined)
        log.info({}, 'the tariff in the file was published before, and is not published again')
      const owed = last.owed(options.meters)
      if (owed === undefined) return
      log.warn(
        { meters: owed.meters },
        'meters have not taken what was published last; trying again',
      )
      again(1)
    },
    check: (offer, executeAt) => check({ offer, executeAt }),
    close() {
      closed = true
      retry?.cancel()
    },
  }
}

export const tariffInvalid = (reason: string, detail = ''): Fault =>
  new Fault('TariffInvalid', `the tariff cannot be published: ${reason} ${detail}`.trim(), {
    remedy: 'give successive half-hours with prices in pence, or a tariff document of one version',
  })
