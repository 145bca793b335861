import { limits, type FlattenedJws, type SignedHeader } from '@interlock/contract'
import {
  instant,
  type Crypto,
  type Eui64,
  type Instant,
  type PrivateKey,
  type Role,
} from '@interlock/kernel'
import { signFlattened } from './jws.ts'

/** What an originator says when it signs a critical command. Instants are cut to whole seconds. */
export type CommandToSign = {
  /** The OCPP action, without `-Signed`. */
  readonly action: string
  readonly payload: unknown
  readonly role: Role
  readonly org: Eui64
  /** SHA-256 of the signer's certificate, base64url (`x5t#S256`). */
  readonly thumbprint: string
  readonly target: { readonly station: Eui64; /** 0: the whole station. */ readonly evse: number }
  /** Above every counter used before towards this target on the same path. */
  readonly counter: bigint
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  /** Absolute interval in which the first change takes effect; see {@link effectWindow}. */
  readonly effect: { readonly from: Instant; readonly until: Instant }
  /** Digest of the arm it relies on; its presence chooses the armed path. */
  readonly armDigest?: string
}

const wholeSeconds = (at: Instant): number => Math.floor(at / 1000)

/**
 * The widest effect interval there is: one budget window from `from`. A change that waits for a
 * random delay must fit in it with the longest delay.
 */
export const effectWindow = (from: Instant): { from: Instant; until: Instant } => {
  const start = wholeSeconds(from) * 1000
  return { from: instant(start), until: instant(start + limits.budgetWindowMillis) }
}

/** Signs a command as the payload of `<action>-Signed` (OCPP 2.0.1 Part 4 §7). */
export function signCommand(command: CommandToSign, key: PrivateKey, crypto: Crypto): FlattenedJws {
  const extensions = ['org', 'role', 'tgt', 'ctr', 'iat', 'exp', 'efx']
  const header: SignedHeader = {
    alg: 'ES256',
    'x5t#S256': command.thumbprint,
    OCPPAction: command.action,
    OCPPMessageTypedId: '2',
    crit: command.armDigest === undefined ? extensions : [...extensions, 'arm'],
    org: command.org,
    role: command.role,
    tgt: `${command.target.station}/${command.target.evse}`,
    ctr: command.counter.toString(),
    iat: wholeSeconds(command.issuedAt),
    exp: wholeSeconds(command.expiresAt),
    efx: [wholeSeconds(command.effect.from), wholeSeconds(command.effect.until)],
    ...(command.armDigest === undefined ? {} : { arm: command.armDigest }),
  }
  return signFlattened(header, command.payload, key, crypto)
}
