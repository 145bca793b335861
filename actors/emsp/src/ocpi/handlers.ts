import { ok, refused } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import {
  ocpiTime,
  ownerName,
  type Answer,
  type Asked,
  type AuthorizationInfo,
  type OcpiHandlers,
} from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'
import { contractOf, type ContractConfig } from '../config.ts'
import { allowedBy, tokenOf, type Allowed } from '../core/authorise.ts'
import type { RemoteRequests } from '../requests.ts'
import type { AskRegister } from '../token-register.ts'
import { ownedHandlers } from './owned.ts'
import { receiveCdr, type CdrDesk } from './receive-cdr.ts'

export type EmspDesk = CdrDesk & {
  /** Whom drivers have their contract with. */
  readonly issuer: string
  readonly objects: OcpiObjects
  readonly audit: Audit
  /** What the central register says of a card; absent where we ask none. */
  readonly askRegister?: AskRegister
  /** What operators were asked for, of which they tell the outcome. */
  readonly requests: RemoteRequests
  /** One record after another, so that none is billed twice. */
  readonly inTurn: (work: () => Promise<Answer>) => Promise<Answer>
}

/** What a provider answers to operators. */
export const emspHandlers = (desk: EmspDesk): OcpiHandlers => ({
  ...ownedHandlers(desk.objects),
  'cdrs.post': ({ caller, body }) => desk.inTurn(() => receiveCdr(desk, caller, body)),
  async 'cdrs.get'({ caller, params }) {
    const id = params['id'] ?? ''
    const data = await desk.bills.find(`${ownerName(caller.owner)}*${id}`.toUpperCase())
    return data === undefined ? refused('ObjectUnknown', id) : ok({ data })
  },
  'tokens.list': (asked) => tokens(desk, asked),
  'tokens.authorize': (asked) => authorise(desk, asked),
  'commands.result': ({ caller, params, body }) =>
    desk.requests.settle(caller.name, params['id'] ?? '', { result: body.result }),
  'chargingprofiles.result'({ caller, params, body: { result, profile } }) {
    const told = profile === undefined ? { result } : { result, profile }
    return desk.requests.settle(caller.name, params['id'] ?? '', told)
  },
  'chargingprofiles.update': ({ caller, params, body }) =>
    desk.requests.tellActive(caller.name, params['session_id'] ?? '', body),
})

function tokens({ us, issuer, contracts }: EmspDesk, { page }: Asked<'tokens.list'>): Answer {
  const { offset, limit, from = -Infinity, to = Infinity } = page
  const those = contracts.filter(({ lastUpdated }) => {
    const at = ocpiTime(lastUpdated)
    return at !== undefined && at >= from && at < to
  })
  const some = those.slice(offset, offset + limit).map((each) => tokenOf(us, issuer, each))
  return ok({ data: some, total: those.length })
}

/** Real-time authorisation (§12.2.2.2). */
async function authorise(
  desk: EmspDesk,
  { caller, params, query, body: place }: Asked<'tokens.authorize'>,
): Promise<Answer> {
  const { us, issuer, contracts, authorisations, audit, now } = desk
  const uid = params['id'] ?? ''
  const contract = contractOf(contracts, uid, query['type'] ?? 'RFID')
  if (contract === undefined) return refused('TokenUnknown')
  const byContract = allowedBy(contract, caller.owner, place, now())
  if (!byContract.ok) return byContract
  const allowed = await registered(desk, contract, byContract.value)
  const isAllowed = allowed === 'ALLOWED'
  const reference = isAllowed
    ? await authorisations.issue(caller.owner, contract, place)
    : undefined
  if (isAllowed && reference === undefined) return refused('Unavailable', 'too many authorisations')
  audit.record('Authorised', {
    party: caller.name,
    contract: contract.contractId,
    allowed,
    reference: reference ?? null,
  })
  const data: AuthorizationInfo = {
    allowed,
    token: tokenOf(us, issuer, contract),
    ...(reference === undefined ? {} : { authorization_reference: reference }),
    ...(isAllowed && place !== undefined ? { location: place } : {}),
  }
  return ok({ data })
}

/**
 * What the contract permits, unless the register of tokens knows better: a card that was copied is not ours to
 * see. Its silence lets in only whom operators may let in without asking.
 */
export async function registered(
  { askRegister, audit }: Pick<EmspDesk, 'askRegister' | 'audit'>,
  { uid, type, contractId, whitelist }: ContractConfig,
  allowed: Allowed,
): Promise<Allowed> {
  if (allowed !== 'ALLOWED' || askRegister === undefined || type !== 'RFID') return allowed
  const said = await askRegister(uid)
  if (said.ok) return said.value
  audit.record('RegisterSilent', { contract: contractId, detail: said.detail ?? null })
  return whitelist === 'NEVER' ? 'NOT_ALLOWED' : 'ALLOWED'
}
