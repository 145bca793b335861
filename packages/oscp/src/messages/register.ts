import { ok } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { oscpLimits } from '../limits.ts'
import type { Body } from './fields.ts'

/** Body of `register` by POST and PUT. */
export const RegisterOnWire = Type.Object({
  token: Type.String({
    minLength: oscpLimits.tokenCharsMin,
    maxLength: oscpLimits.tokenCharsMax,
    // What a header can carry.
    pattern: '^[\\x21-\\x7e]+$',
  }),
  version_url: Type.Array(
    Type.Object({
      version: Type.String({ minLength: 1, maxLength: 16 }),
      base_url: Type.String({
        minLength: 1,
        maxLength: oscpLimits.urlCharsMax,
        pattern: '^https://[\\x21-\\x7e]+$',
      }),
    }),
    { minItems: 1, maxItems: oscpLimits.versionsMax },
  ),
})
type OnWire = Static<typeof RegisterOnWire>

/** How the sender is reached: what to show it, and where it speaks which version. */
export type Register = {
  readonly token: string
  readonly versions: readonly { readonly version: string; readonly baseUrl: string }[]
}

export const readRegister = ({ token, version_url }: OnWire): Body<Register> =>
  ok({
    token,
    versions: version_url.map(({ version, base_url }) => ({ version, baseUrl: base_url })),
  })

export const writeRegister = ({ token, versions }: Register): OnWire => ({
  token,
  version_url: versions.map(({ version, baseUrl }) => ({ version, base_url: baseUrl })),
})
