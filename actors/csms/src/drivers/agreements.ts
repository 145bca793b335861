import {
  demandStrength,
  fromAdditionalInfo,
  strengthFor,
  type DriverAct,
  type DriverRefusal,
} from '@interlock/driver'
import { Fault, ok, refused, toBase64Url, utf8, type Crypto, type Outcome } from '@interlock/kernel'
import type { Response } from '@interlock/ocpp'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'

const strict = { additionalProperties: false }
const acts = (Object.keys(strengthFor) as DriverAct[]).filter((act) => act !== 'startCharge')
const Agreement = Type.Object(
  {
    act: Type.Enum(acts),
    /** What the driver was shown, and tapped for. */
    text: Type.String({ minLength: 1, maxLength: 1_000 }),
    idToken: Type.Object(
      {
        idToken: Type.String({ pattern: '^([0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$' }),
        type: Type.Literal('ISO14443'),
        additionalInfo: Type.Optional(
          Type.Array(
            Type.Object(
              {
                additionalIdToken: Type.String({ maxLength: 36 }),
                type: Type.String({ maxLength: 50 }),
              },
              strict,
            ),
            { maxItems: 16 },
          ),
        ),
      },
      strict,
    ),
  },
  strict,
)
type Agreement = Static<typeof Agreement>
const isAgreement = Compile(Agreement)

export type AgreementRefusal = DriverRefusal | 'BodyInvalid' | 'Unavailable'

/** What a card answers to when its driver agrees to `text`. */
export const purposeOf = (text: string, crypto: Pick<Crypto, 'sha256'>) =>
  `agree:${toBase64Url(crypto.sha256(utf8(text)))}` as const

/**
 * The door at which a driver's card binds its driver (DataTransfer `Agreement`). The register judges the response,
 * made for this text at this station; a number alone binds nobody, and neither does the register's silence.
 */
export async function takeAgreement(
  context: Pick<Context, 'drivers' | 'deps' | 'audit' | 'views' | 'known'>,
  station: Parameters<typeof note>[1],
  data: unknown,
): Promise<Response<'DataTransfer'>> {
  if (!isAgreement.Check(data)) return rejected('BodyInvalid')
  const { act, text, idToken } = data
  const outcome = await strengthOf(context, station, data)
  const bound = outcome.ok ? demandStrength(act, outcome.value) : outcome
  const facts = { station, act, uid: idToken.idToken }
  if (!bound.ok) {
    context.audit.record('AgreementRefused', { ...facts, reason: bound.reason })
    return rejected(bound.reason)
  }
  const { additionalInfo: proof = [] } = idToken
  const fact = learned('agreement', `${idToken.idToken} ${purposeOf(text, context.deps.crypto)}`, {
    act,
    text,
    uid: idToken.idToken,
    proof,
  })
  context.audit.record('AgreementBound', { ...facts, strength: bound.value })
  await note(context, station, fact)
  return { status: 'Accepted' }
}

async function strengthOf(
  { drivers, deps }: Pick<Context, 'drivers' | 'deps'>,
  station: string,
  { text, idToken: { idToken: uid, additionalInfo } }: Agreement,
): Promise<Outcome<'HEARSAY' | 'VERIFIED' | 'NONE', AgreementRefusal>> {
  const carried = fromAdditionalInfo(uid, additionalInfo, station, purposeOf(text, deps.crypto))
  if (!carried.ok) return carried
  const { proof } = carried.value
  // Nobody checked it: whatever the station says, it is hearsay here.
  if (drivers === undefined || proof === undefined) return ok('HEARSAY')
  // A register of before that gives out no numbers would say that it is verified, by the reader's own moment.
  if (proof.challenge.fresh === undefined) return refused('FreshNumberMissing')
  try {
    // Whoever agrees is there now; a response that was kept, or made ahead, binds nobody.
    return await drivers.see({ uid, station, at: deps.clock.now(), proof })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return refused('Unavailable', error.code)
  }
}

export const rejected = (reasonCode: string): Response<'DataTransfer'> => ({
  status: 'Rejected',
  statusInfo: { reasonCode: reasonCode.slice(0, 20) },
})
