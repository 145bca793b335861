import { correlate } from '@interlock/correlate'
import {
  buildRequest,
  parseResponse,
  responseWords,
  signDocument,
  type RequestBody,
  type ServiceResponse,
  type XmlSigner,
} from '@interlock/duis'
import type { HttpClient } from '@interlock/host'
import { instant, type Crypto, type Eui64 } from '@interlock/kernel'
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
  http: HttpClient
  /** Base URL of the data company. */
  dcc: string
  /** The app vendor's smart-meter key: signs the XML, never an arm. */
  signer: XmlSigner
  counters: OriginatorCounters
  crypto: Crypto
}): ArmNetwork {
  const { http, dcc, signer, counters, crypto } = options
  const send = async (xml: string): Promise<ServiceResponse> => {
    const answer = await http
      .request('POST', `${dcc}/duis`, xml, { type: 'application/xml' })
      .catch(unavailable)
    if (typeof answer.body !== 'string')
      throw new Declined('Unavailable', `the data company answered with status ${answer.status}`)
    const response = parseResponse(answer.body)
    if (!response.ok) throw new Declined('Unavailable', `unreadable answer: ${response.reason}`)
    if (response.value.code !== 'I0') throw refusedBy(response.value)
    return response.value
  }
  const request = (
    id: { originator: Eui64; target: Eui64; counter: bigint },
    commandVariant: 4 | 5,
    body: RequestBody,
  ): string => {
    const xml = buildRequest({ ...id, service: '7.13', commandVariant, body })
    return signDocument(xml, signer, crypto)
  }
  return {
    preCommand: async ({ originator, target, controller, levelPercent, from, until }) => {
      const counter = counters.next(originator)
      const xml = request({ originator, target, counter }, 4, {
        kind: 'loadControl',
        controller,
        direction: 'import',
        levelPercent,
        from: instant(from),
        until: instant(until),
      })
      const { preCommand } = await send(xml)
      if (preCommand === undefined) throw new Declined('Unavailable', 'there is no pre-command')
      const matches = correlate(xml, preCommand)
      if (!matches.ok) throw new Declined('ArmMismatch', matches.reason)
      return { bytes: preCommand, counter }
    },
    arm: async ({ originator, target, counter, signed }) => {
      const body = { kind: 'signedPreCommand', payload: signed } as const
      await send(request({ originator, target, counter }, 5, body))
    },
  }
}

const refusedBy = ({ code, detail }: ServiceResponse): Declined => {
  const more = detail === undefined ? '' : ` (${detail})`
  return new Declined('ArmRefused', `${responseWords(code)}${more}`)
}
