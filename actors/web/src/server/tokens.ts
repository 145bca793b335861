import { toBase64Url } from '@interlock/kernel'

/** 256 unguessable bits, for sessions and tickets. They never influence a decision of the world. */
export const newToken = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)))
