import {
  fromAdditionalInfo,
  proofMillisMax,
  type DriverProof,
  type DriverRefusal,
} from '@interlock/driver'
import { Fault, fromIso, toIso, type Instant } from '@interlock/kernel'
import type { IdTokenInfoType, IdTokenType, Request } from '@interlock/ocpp'
import { inBackground } from '../background.ts'
import type { Context } from '../context.ts'
import type { Admitted } from '../ocpp/authorize.ts'

/** What OCPP calls each reason; the rest are `Invalid`. */
const statusOf: Partial<Readonly<Record<DriverRefusal, IdTokenInfoType['status']>>> = {
  TokenSuspended: 'Blocked',
  TokenLost: 'Blocked',
  TokenLocked: 'Blocked',
  ReaderLocked: 'Blocked',
  TokenExpired: 'Expired',
  TokenElsewhere: 'ConcurrentTx',
}
type Shared = Pick<Context, 'drivers' | 'deps' | 'audit' | 'misused'>
const uidPattern = /^([0-9A-Fa-f]{8}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{20})$/

/** When it was shown, by the word of a station that could not tell of it then. */
export type Late = { readonly shownAt: Instant }

/** An event that could not be told at once. Whatever else is told is of now, whatever time it names. */
export function lateOf(
  { offline, timestamp }: Pick<Request<'TransactionEvent'>, 'offline' | 'timestamp'>,
  now: Instant,
): Late | undefined {
  const shownAt = fromIso(timestamp)
  if (shownAt === undefined) return undefined
  return offline === true || now - shownAt > proofMillisMax ? { shownAt } : undefined
}
const lateAt = ({ shownAt }: Late, proof: DriverProof | undefined) =>
  ({ at: proof?.challenge.at ?? shownAt, isLate: true }) as const

/** A card whose number a register can have. */
const isCard = ({ type, idToken }: IdTokenType): boolean =>
  type === 'ISO14443' && uidPattern.test(idToken)

/**
 * What the register adds to what this CSMS knows of a token itself: one that it does not know may charge where
 * its issuer's register says so, and one that is misused may not. Without the register its own word stands, but not of a
 * card that was misused here: of that nobody's memory counts, no station's either.
 */
export async function judgeDriver(
  { drivers, deps, audit, misused }: Shared,
  station: string,
  idToken: IdTokenType,
  { info: told, isOperators }: Admitted,
  late?: Late,
): Promise<IdTokenInfoType> {
  if (!isCard(idToken)) return told
  const now = deps.clock.now()
  const misuse = misused.of(idToken.idToken, now)
  const info = misuse === undefined ? told : { ...told, cacheExpiryDateTime: toIso(now) }
  const misusedAs = (status: IdTokenInfoType['status']): IdTokenInfoType => {
    const { idToken: uid } = idToken
    audit.record('DriverRefused', {
      station,
      uid,
      reason: 'CardMisused',
      kind: misuse?.kind ?? null,
    })
    return { status, cacheExpiryDateTime: toIso(now) }
  }
  if (misuse?.measure === 'blocked') return misusedAs('Blocked')
  if (drivers === undefined) return misuse === undefined ? info : misusedAs('Invalid')
  const carried = fromAdditionalInfo(idToken.idToken, idToken.additionalInfo, station)
  const refuse = (reason: DriverRefusal): IdTokenInfoType => {
    audit.record('DriverRefused', { station, uid: idToken.idToken, reason })
    return { status: statusOf[reason] ?? 'Invalid' }
  }
  if (!carried.ok) return refuse(carried.reason)
  const { proof } = carried.value
  const uid = idToken.idToken.toUpperCase()
  try {
    const when = late === undefined ? { at: now } : lateAt(late, proof)
    if (when.at > now + proofMillisMax) return refuse('ProofStale')
    // A roamer whom a provider lets in is none of ours: its number may be guessed as well.
    const isOurs = isOperators ? ({ isOperators: true } as const) : {}
    const seen = await drivers.see({ uid, station, ...when, ...(proof && { proof }), ...isOurs })
    if (seen.ok) return info.status === 'Unknown' ? { ...info, status: 'Accepted' } : info
    if (seen.reason !== 'TokenUnknown') return refuse(seen.reason)
    return misuse === undefined ? info : misusedAs('Invalid')
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    deps.log.warn({ station, code: error.code }, 'the register of driver tokens does not answer')
    return misuse === undefined ? info : misusedAs('Invalid')
  }
}

/** What began while the station was offline the register hears afterwards. */
export function reportLater(
  { drivers, deps }: Shared,
  station: string,
  { offline, idToken, timestamp, eventType }: Request<'TransactionEvent'>,
): void {
  if (drivers === undefined || offline !== true || idToken === undefined) return
  if (eventType === 'Ended' || !isCard(idToken)) return
  const carried = fromAdditionalInfo(idToken.idToken, idToken.additionalInfo, station)
  const late = lateOf({ offline, timestamp }, deps.clock.now())
  if (!carried.ok || late === undefined) return
  const { proof } = carried.value
  const shown = { uid: idToken.idToken.toUpperCase(), station, ...lateAt(late, proof) }
  inBackground(deps, 'driver-seen', () => drivers.see({ ...shown, ...(proof && { proof }) }))
}

/** A charge has ended. `token` is its key here: `ISO14443/04a1b2c3`. */
export function reportEnd(
  { drivers, deps }: Shared,
  station: string,
  token: string | undefined,
): void {
  const [type, uid] = token?.split('/') ?? []
  if (drivers === undefined || type !== 'ISO14443' || !uidPattern.test(uid ?? '')) return
  inBackground(deps, 'driver-ended', () => drivers.end((uid ?? '').toUpperCase(), station))
}
