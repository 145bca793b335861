import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { assert, type PublicKey } from '@interlock/kernel'

/** The calls of `node:crypto` that figures are held against, without anything around them. */
const dsaEncoding = 'ieee-p1363'

export const bareSign = (key: KeyObject, data: Uint8Array) =>
  sign('sha256', data, { key, dsaEncoding })

export const bareVerify = (key: KeyObject, data: Uint8Array, signature: Uint8Array): void =>
  assert(verify('sha256', data, { key, dsaEncoding }, signature), 'it verifies')

export const publicHandle = ({ spki }: PublicKey): KeyObject =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
