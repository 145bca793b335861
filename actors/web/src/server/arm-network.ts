import { correlate } from '@interlock/correlate'
import {
  buildRequest,
  responseWords,
  type ServiceRequest,
  type ServiceResponse,
} from '@interlock/duis'
import type { DuisClient } from '@interlock/host'
import { assert, instant, type Eui64 } from '@interlock/kernel'
import { Declined } from './access.ts'
import type { OriginatorCounters } from './originator-counters.ts'
import { unavailable } from './upstreams.ts'

/** What an on-demand arm asks for: ECS47a, towards the car. */
export type ArmOrder = {
  /** EUI-64 of the owner's key. */
  readonly originator: Eui64
  /** EUI-64 of the LLCS. */
  readonly target: Eui64
  readonly controller: number
  readonly levelPercent: number
  /** ms since 1970, whole seconds. */
  readonly from: number
  readonly until: number
}

/** A pre-command as it came back from the data company, and the counter it was made with. */
export type MadePreCommand = { readonly bytes: Uint8Array; readonly counter: bigint }

/** The smart-meter side, as the app vendor reaches it. */
export interface ArmNetwork {
  /** DUIS 7.13, command variant 4; correlated with the request before it is returned. */
  readonly preCommand: (order: ArmOrder) => Promise<MadePreCommand>
  /** Command variant 5: the signed pre-command on its way to the LLCS. */
  readonly arm: (order: {
    originator: Eui64
    target: Eui64
    counter: bigint
    signed: Uint8Array
  }) => Promise<void>
}

export function createArmNetwork(options: {
  /** With the app vendor's smart-meter key, which signs the XML and never an arm. */
  dcc: DuisClient
  counters: OriginatorCounters
}): ArmNetwork {
  const { dcc, counters } = options
  const ask = async (request: ServiceRequest): Promise<ServiceResponse> => {
    const response = await dcc.ask(request).catch(unavailable)
    if (!response.ok)
      throw new Declined('Unavailable', `no answer of the data company: ${response.reason}`)
    if (response.value.code !== 'I0') throw refusedBy(response.value)
    return response.value
  }
  return {
    preCommand: async ({ originator, target, controller, levelPercent, from, until }) => {
      const counter = counters.next(originator)
      const asked: ServiceRequest = {
        originator,
        target,
        counter,
        service: '7.13',
        commandVariant: 4,
        body: {
          kind: 'loadControl',
          controller,
          direction: 'import',
          levelPercent,
          from: instant(from),
          until: instant(until),
        },
      }
      const { preCommand } = await ask(asked)
      assert(preCommand !== undefined, 'the answer of a transform carries a pre-command')
      const matches = correlate(buildRequest(asked), preCommand)
      if (!matches.ok) throw new Declined('ArmMismatch', matches.reason)
      return { bytes: preCommand, counter }
    },
    arm: async ({ originator, target, counter, signed }) => {
      const body = { kind: 'signedPreCommand', payload: signed } as const
      await ask({ originator, target, counter, service: '7.13', commandVariant: 5, body })
    },
  }
}

const refusedBy = ({ code, detail }: ServiceResponse): Declined => {
  const more = detail === undefined ? '' : ` (${detail})`
  return new Declined('ArmRefused', `${responseWords(code)}${more}`)
}
