import { Type } from 'typebox'

/** Shapes that several bodies share. */
export const strict = { additionalProperties: false }
export const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
export const StationName = Type.String({ pattern: '^[A-Za-z0-9*\\-_=+|@.]{1,48}$' })
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
export const Name = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._-]+$' })
export const Words = Type.String({ minLength: 1, maxLength: 64 })
export const Serial = Type.String({ pattern: '^([0-9a-f]{2}){1,20}$' })
export const Pem = Type.String({ minLength: 1, maxLength: 32_768 })
