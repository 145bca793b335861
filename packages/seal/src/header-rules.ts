import { fromBase64Url, parseEui64 } from '@interlock/kernel'

/** The shape of one header member. */
export type Rule = (value: unknown) => boolean

/** SHA-256 in base64url. */
export const isDigest: Rule = (value) =>
  typeof value === 'string' && fromBase64Url(value)?.length === 32

/** Seconds since 1970, whole, and far from where arithmetic in milliseconds loses digits. */
export const isSeconds: Rule = (value) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 40

/** A whole number that counts, or milliseconds since 1970. */
export const isWhole: Rule = (value) => Number.isSafeInteger(value) && Number(value) >= 0

export const isEui: Rule = (value) => typeof value === 'string' && parseEui64(value) !== undefined

export const is =
  (expected: string): Rule =>
  (value) =>
    value === expected

export const matches =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value)
