import type { KnownGuest, SignedGuest } from '@interlock/contract'
import { guestAllowance, type GuestPayer } from '@interlock/driver'
import { instant, toIso, type Instant, type StationId } from '@interlock/kernel'
import type { IdTokenInfoType, IdTokenType } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import type { KeptTransaction } from '../data/transaction-events.ts'
import { note } from '../known.ts'

type Knowing = Pick<Context, 'known' | 'transactions' | 'deps' | 'hooks'>

/** Keeps what the station has taken; it is the station that knows the owners' keys. */
export const keepGuest = (
  context: Pick<Context, 'known' | 'deps'>,
  station: StationId,
  signed: SignedGuest,
): Promise<void> => note(context, station, learned('guest', signed.guest.uid, { ...signed }))

export async function guestsOf(
  context: Pick<Context, 'known' | 'transactions'>,
  station: StationId,
): Promise<readonly KnownGuest[]> {
  const facts = await context.known.all(station, 'guest')
  const guests = []
  for (const { value } of facts) guests.push(await withUse(context, station, value as SignedGuest))
  return guests
}

/** The guest whose card that is, at this station. */
export async function findGuest(
  context: Pick<Context, 'known'>,
  station: StationId,
  { type, idToken }: IdTokenType,
): Promise<SignedGuest | undefined> {
  if (type !== 'ISO14443') return undefined
  const fact = await context.known.find(station, 'guest', idToken.toUpperCase())
  return fact?.value as SignedGuest | undefined
}

/**
 * What is said of a guest's card at Authorize and as a charge begins; `undefined` of any other. Where somebody else
 * pays, the payer's provider has to say that it does, of that contract. No station may answer from its cache: the
 * next charge is judged by what is left then.
 */
export async function guestInfo(
  context: Knowing,
  station: StationId,
  idToken: IdTokenType,
): Promise<IdTokenInfoType | undefined> {
  const signed = await findGuest(context, station, idToken)
  if (signed === undefined) return undefined
  const now = context.deps.clock.now()
  const guest = await withUse(context, station, signed)
  const allowance = guestAllowance(guest, now)
  const cacheExpiryDateTime = toIso(now)
  if (!allowance.ok) return { status: statusOf[allowance.reason], cacheExpiryDateTime }
  const { payer } = signed.guest
  const paid = payer === null ? undefined : await paidFor(context, station, idToken, payer)
  return { ...(paid ?? { status: 'Accepted' }), cacheExpiryDateTime }
}

const statusOf = { GuestExpired: 'Expired', GuestSpent: 'NoCredit' } as const

/** Silence pays for nobody. */
const paidFor = async (
  { hooks }: Pick<Context, 'hooks'>,
  station: StationId,
  idToken: IdTokenType,
  payer: GuestPayer,
): Promise<IdTokenInfoType> =>
  (await hooks.admitDriver(station, idToken, payer)) ?? { status: 'Invalid' }

const transactionsAtOnce = 50
/** What is older than so many charges is not looked for. */
const pagesMax = 20

/** What charges with the card have come to since the owner's word, the running one included. */
async function withUse(
  { transactions }: Pick<Context, 'transactions'>,
  station: StationId,
  signed: SignedGuest,
): Promise<KnownGuest> {
  let before: { at: Instant; transactionId: string } | undefined
  let usedWattHours = 0
  for (let page = 0; page < pagesMax; page += 1) {
    const found = await transactions.list(station, {
      limit: transactionsAtOnce,
      ...(before === undefined ? {} : { before }),
    })
    const since = found.filter(({ startedAt }) => startedAt >= signed.at)
    usedWattHours += since.reduce((sum, each) => sum + drawnBy(each, signed.guest.uid), 0)
    const last = found.at(-1)
    if (last === undefined || since.length < transactionsAtOnce) break
    before = { at: instant(last.startedAt), transactionId: last.transactionId }
  }
  return { ...signed, usedWattHours }
}

function drawnBy({ begunWith, ...transaction }: KeptTransaction, uid: string): number {
  const { firstWattHours = 0, lastWattHours = firstWattHours } = transaction
  const isTheirs = begunWith?.value?.idToken.toUpperCase() === uid
  return isTheirs ? Math.max(0, lastWattHours - firstWattHours) : 0
}
