import {
  rateCdr,
  ratingProblemRow,
  referenceName,
  type RatingProblem,
  type RegisteredMeter,
} from '@interlock/billing'
import { verifyEcdsa } from '@interlock/host'
import { canonicalJson, ok, refused, type Instant } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import {
  ocpiTime,
  sameOwner,
  type Answer,
  type Cdr,
  type OcpiCaller,
  type OcpiOwner,
  type Tariff,
} from '@interlock/ocpi'
import type { Authorisations } from '../authorisations.ts'
import { contractOf, type ContractConfig } from '../config.ts'
import { recordName, type Bills, type Dispute } from '../data/bills.ts'
import type { AskMeter } from '../meter-register.ts'

export type CdrDesk = {
  readonly us: OcpiOwner
  readonly contracts: readonly ContractConfig[]
  /** What was agreed with each operator. */
  readonly tariffs: ReadonlyMap<string, Tariff>
  readonly meterOf: AskMeter
  readonly bills: Bills
  readonly authorisations: Authorisations
  readonly audit: Audit
  readonly now: () => Instant
}

/**
 * Takes a charge detail record (§10.2.2.2): what its meter has signed, by the key of the register, is
 * billed by the agreed tariff. Whatever does not hold is refused and disputed, and whoever has to answer for it is named.
 */
export async function receiveCdr(desk: CdrDesk, caller: OcpiCaller, cdr: Cdr): Promise<Answer> {
  if (!sameOwner(cdr, caller.owner)) return refused('OwnerOther', 'in the record')
  const { cdr_token: token } = cdr
  const contract = sameOwner(token, desk.us)
    ? contractOf(desk.contracts, token.uid, token.type)
    : undefined
  if (contract === undefined) return refused('TokenUnknown', token.uid)
  const name = recordName(cdr)
  const known = await desk.bills.find(name)
  if (known !== undefined) {
    // An answer that was lost; a different record under its name is another matter.
    if (canonicalJson(known) === canonicalJson(cdr)) return ok({ path: pathOf(cdr) })
    return await dispute(desk, caller, cdr, 'RecordReplayed')
  }
  const at = ocpiTime(cdr.start_date_time)
  const meter = at === undefined ? ok(undefined) : await desk.meterOf(cdr.cdr_location.evse_id, at)
  if (!meter.ok) return meter
  return await rate(desk, caller, cdr, meter.value, contract)
}

async function rate(
  desk: CdrDesk,
  caller: OcpiCaller,
  cdr: Cdr,
  meter: RegisteredMeter | undefined,
  { vehicleKey: key, vehicleAlwaysSigns: alwaysSigns = false, whitelist }: ContractConfig,
): Promise<Answer> {
  const tariff = desk.tariffs.get(caller.name)
  if (tariff === undefined) return refused('Unavailable', 'no tariff was agreed')
  const serial = meter?.serial ?? ''
  const before = await desk.bills.of(serial, referenceName(cdr))
  const authorised = await desk.authorisations.at(cdr)
  const rated = rateCdr(cdr, tariff, before, {
    meterAt: () => meter,
    verifyEcdsa,
    authorisedAt: () => authorised,
    isAskedAlways: () => whitelist === 'NEVER',
    vehicleOf: () => (key === undefined ? undefined : { key, alwaysSigns }),
  })
  if (!rated.ok) return await dispute(desk, caller, cdr, rated.reason, rated.detail)
  const { session } = rated.value
  const { wattHours, cost, identity, confirmed } = session
  const record = recordName(cdr)
  desk.audit.critical('Billed', { record, meter: serial, wattHours, cost, identity, confirmed })
  await desk.bills.bill(cdr, serial, session, desk.now())
  return ok({ isNew: true, path: pathOf(cdr) })
}

async function dispute(
  desk: CdrDesk,
  { name: party }: OcpiCaller,
  cdr: Cdr,
  reason: RatingProblem,
  detail = '',
): Promise<Answer> {
  const { atFault, words } = ratingProblemRow(reason)
  const found: Dispute = { reason, atFault, detail }
  desk.audit.critical('Disputed', { record: recordName(cdr), party, ...found })
  await desk.bills.dispute(cdr, found, desk.now())
  const told = `${reason}, at fault: ${atFault}; ${words}`
  return atFault === 'provider' ? refused('Unavailable', told) : refused('RecordRefused', told)
}

const pathOf = ({ id }: Cdr): string => `receiver/cdrs/${encodeURIComponent(id)}`
