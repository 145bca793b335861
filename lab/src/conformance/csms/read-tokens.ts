import { readConfig } from '@interlock/host'
import { Type } from 'typebox'
import type { Tokens } from './subject.ts'

const token = Type.Object(
  {
    idToken: Type.String({ minLength: 1, maxLength: 36 }),
    type: Type.Union([
      Type.Literal('Central'),
      Type.Literal('eMAID'),
      Type.Literal('ISO14443'),
      Type.Literal('ISO15693'),
      Type.Literal('KeyCode'),
      Type.Literal('Local'),
      Type.Literal('MacAddress'),
      Type.Literal('NoAuthorization'),
    ]),
  },
  { additionalProperties: false },
)
const group = Type.String({ minLength: 1, maxLength: 36 })
const TokensFile = Type.Object(
  {
    valid: token,
    sameGroup: token,
    group,
    unknown: token,
    blocked: token,
    expired: token,
    master: token,
    masterGroup: group,
  },
  { additionalProperties: false },
)

/** @throws Fault `ConfigInvalid` with the path and what is wrong */
export const readTokens = (path: string): Tokens => readConfig(path, TokensFile)
