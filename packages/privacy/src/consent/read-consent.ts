import type { ConsentPurpose } from '@interlock/contract'
import { instant, ok, parseEui64, parseJson, refused, type Outcome } from '@interlock/kernel'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { SignedConsent } from './statement.ts'

export const consentPurposes = [
  'monthly',
  'daily',
  'halfHourly',
  'dsr',
] as const satisfies readonly ConsentPurpose[]

const strict = { additionalProperties: false }
const At = Type.Integer({ minimum: 0, maximum: 8.64e15 })
const Wire = Compile(
  Type.Object(
    {
      statement: Type.Object(
        {
          station: Type.String(),
          number: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
          previous: Type.String({ pattern: '^([A-Za-z0-9_-]{43})?$' }),
          reader: Type.String(),
          purpose: Type.Enum([...consentPurposes]),
          given: Type.Boolean(),
          at: At,
          until: Type.Optional(At),
        },
        strict,
      ),
      signer: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
      signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }),
    },
    strict,
  ),
)

export const consentCharactersMax = 2_048

/** Reads a signed statement, JSON; nothing is verified yet. */
export function readConsent(text: string): Outcome<SignedConsent, 'ConsentMalformed'> {
  if (text.length > consentCharactersMax) return refused('ConsentMalformed', 'too long')
  const json = parseJson(text, 3)
  if (!json.ok || !Wire.Check(json.value)) return refused('ConsentMalformed')
  const { statement, signer, signature } = json.value
  const { station: stationText, reader: readerText, until, ...rest } = statement
  const [station, reader] = [parseEui64(stationText), parseEui64(readerText)]
  if (station === undefined || reader === undefined) return refused('ConsentMalformed')
  return ok({
    statement: {
      ...rest,
      station,
      reader,
      at: instant(statement.at),
      ...(until !== undefined && { until: instant(until) }),
    },
    signer,
    signature,
  })
}
