import { ok, parseJson, refused, type Outcome } from '@interlock/kernel'
import { recordCharactersMax, type OcmfProblem } from './problems.ts'

/** One reading (`RD`), as it was signed; fields that are not listed are kept and not read. */
export type Reading = {
  /** Local time, offset and state of the clock: `2026-01-12T20:30:00,000+0000 S`. */
  readonly TM?: string
  /** B begin, C or X on the way, E end, S suspended, T tariff change; L, R, A, P are other ends. */
  readonly TX?: string
  readonly RV?: number | string
  /** OBIS code. */
  readonly RI?: string
  readonly RU?: string
  readonly RT?: string
  /** Erroneous quantities: `E` energy, `t` time; empty when nothing is. */
  readonly EF?: string
  /** State of the meter; `G` is good. */
  readonly ST?: string
}

/** How surely the driver is known (`IL`); a card's bare number is HEARSAY. */
export type IdentificationLevel =
  'NONE' | 'HEARSAY' | 'TRUSTED' | 'VERIFIED' | 'CERTIFIED' | 'SECURE'

/** Payload of a record; fields that are not listed are kept and not read. */
export type Payload = {
  readonly FV?: string
  readonly GI?: string
  readonly GS?: string
  readonly GV?: string
  /** Page: context `T` or `F`, and a number that rises by one. */
  readonly PG: string
  readonly MV?: string
  readonly MM?: string
  readonly MS?: string
  readonly MF?: string
  readonly IS?: boolean
  readonly IL?: string
  readonly IF?: readonly string[]
  readonly IT?: string
  readonly ID?: string
  readonly CT?: string
  readonly CI?: string
  readonly RD: readonly Reading[]
}

export type OcmfRecord = {
  readonly payload: Payload
  /** The very characters that were signed. */
  readonly signed: string
  readonly algorithm?: string
  /** `hex` unless given. */
  readonly encoding?: string
  readonly signature: string
}

/** Ours need four levels. */
const depthMax = 8

/** Reads `OCMF|payload|signature`; nothing is verified yet. */
export function parseRecord(text: string): Outcome<OcmfRecord, OcmfProblem> {
  if (text.length > recordCharactersMax) return refused('TooLarge', `${text.length} characters`)
  const [header, signed, section, ...rest] = text.trim().split('|')
  if (header !== 'OCMF' || signed === undefined || section === undefined || rest.length > 0)
    return refused('NotOcmf')
  const payload = parseJson(signed, depthMax)
  if (!payload.ok || !isPayload(payload.value)) return refused('PayloadMalformed')
  const signature = parseJson(section, depthMax)
  if (!signature.ok || !isSignature(signature.value)) return refused('SignatureMalformed')
  const { SA, SE, SD } = signature.value
  return ok({
    payload: payload.value,
    signed,
    ...(SA !== undefined && { algorithm: SA }),
    ...(SE !== undefined && { encoding: SE }),
    signature: SD,
  })
}

type SignatureSection = { readonly SA?: string; readonly SE?: string; readonly SD: string }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isTextOrAbsent = (value: unknown): boolean => value === undefined || isText(value)

const texts = ['FV', 'GI', 'GS', 'GV', 'MV', 'MM', 'MS', 'MF', 'IL', 'IT', 'ID', 'CT', 'CI']
const readingTexts = ['TM', 'TX', 'RI', 'RU', 'RT', 'EF', 'ST']

function isPayload(value: unknown): value is Payload {
  if (!isObject(value)) return false
  const { PG, RD, IS, IF } = value
  return (
    isText(PG) &&
    /^[TF](0|[1-9][0-9]{0,14})$/.test(PG) &&
    texts.every((name) => isTextOrAbsent(value[name])) &&
    (IS === undefined || typeof IS === 'boolean') &&
    (IF === undefined || (Array.isArray(IF) && IF.every(isText))) &&
    Array.isArray(RD) &&
    RD.every(isReading)
  )
}

const isReading = (value: unknown): value is Reading =>
  isObject(value) &&
  readingTexts.every((name) => isTextOrAbsent(value[name])) &&
  (value['RV'] === undefined || isText(value['RV']) || typeof value['RV'] === 'number')

const isSignature = (value: unknown): value is SignatureSection =>
  isObject(value) &&
  isText(value['SD']) &&
  isTextOrAbsent(value['SA']) &&
  isTextOrAbsent(value['SE'])
