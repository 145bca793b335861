import { granted } from '@interlock/duis'
import { decodeResponse } from '@interlock/gbcs'
import { problem, type ActorDeps, type Endpoint } from '@interlock/host'
import { parseEui64, refused, type Eui64, type Outcome } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { readConsumption, type ConsumptionDocument } from '@interlock/tariff'
import type { Asking } from './critical-request.ts'
import type { Numbers } from './numbers.ts'
import { ownPeople } from './own-people.ts'
import { problemIn } from './problem-in.ts'

/**
 * Reads what a meter has counted, register by register (4.1.2), by its own signature.
 * @throws Fault `PeerUnavailable` when the DCC does not answer.
 */
async function askConsumption(
  meter: Eui64,
  counter: bigint,
  { dcc, organisation }: Pick<Asking, 'dcc' | 'organisation'>,
): Promise<Outcome<ConsumptionDocument, string>> {
  const id = { originator: organisation, target: meter, counter }
  const body = { kind: 'readConsumption' } as const
  const answered = await dcc.ask({ ...id, service: '4.1.2', commandVariant: 1, body })
  if (!answered.ok) return answered
  const done = granted(answered.value)
  if (!done.ok) return done
  const read = decodeResponse(done.value.payload ?? new Uint8Array())
  if (!read.ok || read.value.response.useCase !== 'ReadConsumption')
    return refused('AnswerUnreadable', read.ok ? read.value.response.useCase : read.detail)
  return readConsumption(read.value.response.data ?? new Uint8Array())
}

/** What a home's meter has counted, for settlement: for its own people alone, and each reading on the record. */
export function consumptionEndpoint(parts: {
  readonly publication: Asking
  readonly numbers: Numbers
  readonly audit: Audit
  readonly deps: Pick<ActorDeps, 'clock'>
}): Endpoint {
  const { publication, numbers, audit, deps } = parts
  const own = ownPeople(publication.organisation, audit, 'ConsumptionRefused')
  return {
    method: 'GET',
    url: '/api/v1/devices/:eui/consumption',
    roles: ['supplier'],
    handle: own(async ({ params }) => {
      const text = params['eui'] ?? ''
      const meter = parseEui64(text)
      if (meter === undefined) return problem('DeviceUnknown', text)
      const counter = numbers.nextCounter(meter, deps.clock.now())
      let read: Partial<ConsumptionDocument> = {}
      const outcome = await problemIn(
        askConsumption(meter, counter, publication).then((answer) => {
          if (answer.ok) read = answer.value
          return answer
        }),
      )
      audit.record('ConsumptionRead', { meter, ...outcome })
      return { status: 200, body: { device: meter, ...read, ...outcome } }
    }),
  }
}
