import { findingPagesMax, type Finding } from '@interlock/driver'
import type { Running } from '@interlock/host'
import {
  Fault,
  inHours,
  inMinutes,
  inTurn,
  type Instant,
  type StationId,
  type Timer,
} from '@interlock/kernel'
import { isAccepted, type Commands } from '../commands.ts'
import type { Context } from '../context.ts'
import { learned, tokenKey } from '../core/facts.ts'
import { misuseBy, sentenceOn, stricter, type Misuse } from '../core/misused-cards.ts'
import type { TransactionName } from '../core/transaction-name.ts'
import { note } from '../known.ts'
import { pacing } from '../pacing.ts'
import type { DriverRegister } from './driver-register.ts'

const pollMillis = inMinutes(1)
/** What stations remember is cleared at most once in so long, however much is found. */
const clearPaceMillis = inHours(1)

export type CardFindings = Running & {
  /** One round: what was found since is acted on, and stations are told to forget. */
  round(): Promise<void>
}

type Shared = Pick<
  Context,
  'config' | 'deps' | 'audit' | 'known' | 'views' | 'sessions' | 'inUse' | 'misused'
>
const cardOf = (uid: string) => ({ idToken: uid, type: 'ISO14443' }) as const

/** Puts on file what is held of a misused card. */
const keep = (
  context: Pick<Context, 'deps' | 'known' | 'misused'>,
  misuse: Misuse,
  charges: readonly object[] = [],
): Promise<void> => {
  context.misused.put(misuse)
  const { uid, station } = misuse
  const told = charges.length === 0 ? {} : { charges }
  const value = { ...misuse, sentence: sentenceOn(misuse), ...told }
  return note(context, station as StationId, learned('cardFinding', uid, value))
}

/** What counted before a restart. */
export async function restoreMisuses({
  known,
  misused,
}: Pick<Context, 'known' | 'misused'>): Promise<void> {
  for (const { value } of await known.ofKind('cardFinding')) misused.put(value as Misuse)
}

/**
 * The issuer of a card, or this operator, has said something newer of it than what was found: whoever answers for the
 * card has dealt with it.
 */
export async function settleMisuse(
  context: Pick<Context, 'deps' | 'audit' | 'known' | 'misused'>,
  { uid, issuer, at }: { readonly uid: string; readonly issuer?: string; readonly at: Instant },
): Promise<void> {
  const now = context.deps.clock.now()
  for (const misuse of context.misused.before(uid, at, issuer)) {
    context.audit.critical('CardSettled', { uid, station: misuse.station, issuer: issuer ?? null })
    await keep(context, { ...misuse, measure: 'none', until: now })
  }
}

/**
 * Asks the register of driver tokens, at start and each minute, what it has found of cards at our stations. A card that was
 * misused is not let in by what is remembered of it: not here, and not in the memory of stations.
 */
export function keepCardFindings(
  context: Shared & { readonly drivers: DriverRegister },
  commands: Commands,
  label: string,
): CardFindings {
  const { deps, misused, audit, views, sessions, drivers } = context
  const { clock, log } = deps
  let timer: Timer | undefined
  let closed = false
  let working: Promise<void> = Promise.resolve()
  /** Stations whose memory is to be cleared; after a restart nobody knows which have been. */
  const unclean = new Set<StationId>()
  const isTooOften = pacing(clearPaceMillis)
  const plain = (): readonly StationId[] =>
    [...views].flatMap(([id, { record }]) => (record.trust === 'standard' ? [id] : []))
  const soil = (): void => {
    for (const id of plain()) unclean.add(id)
  }
  if (misused.list(clock.now()).length > 0) soil()

  /** What becomes of a charge that runs with a card of which there are two; load moves as by any other command. */
  const judgeCharge = async (misuse: Misuse, name: TransactionName, now: Instant) => {
    const { stationId, transactionId } = name
    const view = views.get(stationId as StationId)
    const ends = context.config.clonedCharge === 'end' && misuse.kind === 'ClonedCard'
    const outcome = ends
      ? await commands.send({
          stationId: stationId as StationId,
          action: 'RequestStopTransaction',
          evse: view?.running.get(transactionId)?.evseId?.value ?? view?.record.evse ?? 1,
          effectFrom: now,
          payload: { transactionId },
        })
      : undefined
    const did =
      outcome === undefined
        ? 'Marked'
        : isAccepted(outcome)
          ? 'Ended'
          : (outcome.reason ?? outcome.status)
    audit.critical('MisusedCardCharges', {
      station: stationId,
      transaction: transactionId,
      uid: misuse.uid,
      kind: misuse.kind,
      did,
    })
    return { station: stationId, transaction: transactionId, did }
  }
  const take = async (finding: Finding, now: Instant): Promise<void> => {
    const next = misuseBy(finding, now)
    const held = misused.of(next.uid, now)
    const isHere = held?.station === next.station
    const misuse = isHere ? { ...stricter(held, next), number: next.number } : next
    const running = misuse.measure === 'blocked' ? context.inUse.running(cardOf(misuse.uid)) : []
    const charges = []
    for (const each of running) charges.push(await judgeCharge(misuse, each, now))
    const { uid, kind, station } = next
    audit.critical('CardFinding', { uid, kind, station, sentence: sentenceOn(misuse) })
    await keep(context, misuse, charges)
    if (misuse.measure !== 'none') soil()
  }
  /** C11: a station's cache may let in what it remembers without asking. */
  const clearCaches = async (now: Instant): Promise<void> => {
    for (const stationId of unclean) {
      if (!sessions.has(stationId) || isTooOften(`cache ${stationId}`, now)) continue
      const asked = { stationId, action: 'ClearCache', evse: 0, effectFrom: now } as const
      const { status } = await commands.send({ ...asked, payload: {} })
      // One that has no cache says so.
      if (status !== 'Failed') unclean.delete(stationId)
    }
  }
  /** D01: nor may its local list; a card comes back there by whoever keeps the list. */
  const shortenLists = async (now: Instant): Promise<void> => {
    const stations = plain().filter((id) => sessions.has(id))
    const blocked = misused.list(now).filter(({ measure }) => measure === 'blocked')
    for (const uid of new Set(blocked.map((each) => each.uid))) {
      const key = tokenKey(cardOf(uid))
      for (const { stationId: id } of await context.known.ofStations(
        stations,
        'localListEntry',
        key,
      )) {
        const stationId = id as StationId
        if (isTooOften(`list ${stationId} ${uid}`, now)) continue
        const list = await context.known.find(stationId, 'localList', 'list')
        const { version = 0 } = (list?.value ?? {}) as { version?: number }
        await commands.send({
          stationId,
          action: 'SendLocalList',
          evse: 0,
          effectFrom: now,
          payload: {
            versionNumber: version + 1,
            updateType: 'Differential',
            localAuthorizationList: [{ idToken: cardOf(uid) }],
          },
        })
      }
    }
  }
  const round = async (): Promise<void> => {
    const now = clock.now()
    for (let page = 0; page < findingPagesMax; page += 1) {
      const findings = await drivers.findings(misused.latest)
      for (const finding of findings) await take(finding, now)
      if (findings.length === 0) break
    }
    await clearCaches(now)
    await shortenLists(now)
  }
  const guarded = async (): Promise<void> => {
    try {
      await round()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ code: error.code, detail: error.message }, 'what was found of cards is not known')
    }
  }
  const oneByOne = inTurn()
  const next = (): Promise<void> => {
    working = oneByOne(guarded).catch((error: unknown) => {
      log.error({ error }, 'reading what was found of cards broke')
    })
    return working
  }
  const run = async (): Promise<void> => {
    await next()
    if (!closed) timer = clock.after(pollMillis, label, () => void run())
  }
  void run()
  return {
    round: next,
    async close() {
      closed = true
      timer?.cancel()
      await working
    },
  }
}
