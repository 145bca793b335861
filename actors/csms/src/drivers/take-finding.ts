import type { Finding } from '@interlock/driver'
import type { Instant, StationId } from '@interlock/kernel'
import { isAccepted, type Commands } from '../commands.ts'
import type { Context } from '../context.ts'
import { misuseBy, sentenceOn, stricter, type Misuse } from '../core/misused-cards.ts'
import type { TransactionName } from '../core/transaction-name.ts'
import { cardOf } from './forget-cards.ts'
import { keepMisuse } from './kept-misuses.ts'

type Shared = Pick<Context, 'config' | 'deps' | 'audit' | 'known' | 'views' | 'inUse' | 'misused'>

/** Acts on a finding of the register, and says what follows for the card. */
export async function takeFinding(
  context: Shared,
  commands: Commands,
  finding: Finding,
  now: Instant,
): Promise<Misuse> {
  const next = misuseBy(finding, now)
  const held = context.misused.of(next.uid, now)
  const isHere = held?.station === next.station
  const misuse = isHere ? { ...stricter(held, next), number: next.number } : next
  const running = misuse.measure === 'blocked' ? context.inUse.running(cardOf(misuse.uid)) : []
  const charges = []
  for (const each of running) charges.push(await judgeCharge(context, commands, misuse, each, now))
  const { uid, kind, station } = next
  context.audit.critical('CardFinding', { uid, kind, station, sentence: sentenceOn(misuse) })
  await keepMisuse(context, misuse, charges)
  return misuse
}

/** What becomes of a charge that runs with a card of which there are two; load moves as by any other command. */
async function judgeCharge(
  context: Shared,
  commands: Commands,
  misuse: Misuse,
  { stationId, transactionId }: TransactionName,
  now: Instant,
) {
  const ends = context.config.clonedCharge === 'end' && misuse.kind === 'ClonedCard'
  const did = ends ? await ended(context, commands, { stationId, transactionId }, now) : 'Marked'
  context.audit.critical('MisusedCardCharges', {
    station: stationId,
    transaction: transactionId,
    uid: misuse.uid,
    kind: misuse.kind,
    did,
  })
  return { station: stationId, transaction: transactionId, did }
}

async function ended(
  { views }: Pick<Context, 'views'>,
  commands: Commands,
  { stationId: station, transactionId }: TransactionName,
  effectFrom: Instant,
): Promise<string> {
  const stationId = station as StationId
  const view = views.get(stationId)
  const evse = view?.running.get(transactionId)?.evseId?.value ?? view?.record.evse ?? 1
  const action = 'RequestStopTransaction'
  const payload = { transactionId }
  const outcome = await commands.send({ stationId, action, evse, effectFrom, payload })
  return isAccepted(outcome) ? 'Ended' : (outcome.reason ?? outcome.status)
}
