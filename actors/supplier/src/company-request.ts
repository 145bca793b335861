import { granted, type RequestBody, type Service } from '@interlock/duis'
import { ok, type Eui64, type Outcome } from '@interlock/kernel'
import type { Asking } from './critical-request.ts'

/** Who asks, and which data company. */
export type CompanyAsking = Pick<Asking, 'dcc' | 'organisation'> & { readonly company: Eui64 }
export type CompanyRequest = {
  readonly service: Service
  readonly body: RequestBody
  /** Above the last that this user has sent to the company itself. */
  readonly counter: bigint
}

/**
 * Asks something of the data company itself (command variant 8): nothing of it goes to a device.
 * @throws Fault `PeerUnavailable` when the DCC does not answer.
 */
export async function askCompany(
  request: CompanyRequest,
  { dcc, organisation, company }: CompanyAsking,
): Promise<Outcome<'done', string>> {
  const asked = {
    ...request,
    originator: organisation,
    target: company,
    commandVariant: 8,
  } as const
  const answered = await dcc.ask(asked)
  if (!answered.ok) return answered
  const done = granted(answered.value)
  return done.ok ? ok('done') : done
}
