import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant, toBase64Url, type Instant } from '@interlock/kernel'
import { signCommand, type CommandToSign } from './sign-command.ts'

export { crypto }

const thumbprintOf = (spki: Uint8Array): string => toBase64Url(crypto.sha256(spki))
const { key } = crypto.generateKey()
export const originator = {
  key,
  org: eui64('A0-00-00-00-00-00-00-01'),
  thumbprint: thumbprintOf(key.publicKey.spki),
}
const { key: supervisorKey } = crypto.generateKey()
export const supervisor = {
  key: supervisorKey,
  org: eui64('A0-00-00-00-00-00-00-02'),
  thumbprint: thumbprintOf(supervisorKey.publicKey.spki),
}
export const station = eui64('00-00-00-00-00-00-00-01')

export const at = (seconds: number): Instant => instant(1_800_000_000_000 + seconds * 1000)

export const command: CommandToSign = {
  action: 'SetChargingProfile',
  payload: { evseId: 1, text: 'é“' },
  role: 'csms',
  org: originator.org,
  thumbprint: originator.thumbprint,
  target: { station, evse: 1 },
  counter: 42n,
  issuedAt: at(0),
  expiresAt: at(60),
  effect: { from: at(0), until: at(1_800) },
}

export const sign = (change: Partial<CommandToSign> = {}) =>
  signCommand({ ...command, ...change }, originator.key, crypto)
