import { systemEntropy } from '@interlock/host'
import { toBase64Url, toHex } from '@interlock/kernel'
import type { Home } from './address-book.ts'

/** What the makers and installers of a home's devices know; random, once per street. */
export type HomeSecrets = {
  /** The maker's one-time secret of the charger. */
  readonly station: string
  /** Printed on the LLCS; carried to the charger by the installer. */
  readonly installCode: string
  /** Key of the home area network, hex. */
  readonly hanKey: string
}

export type StreetSecrets = {
  readonly homes: readonly HomeSecrets[]
  /** Passwords of the database logins, by name. */
  readonly databases: Readonly<Record<string, string>>
  /** What distribution operator and CSMS show each other in each message of OSCP. */
  /** With which the drivers' provider registers with the CSMS, once. */
  readonly ocpiInvitation: string
  readonly oscp: { readonly ofDso: string; readonly ofCsms: string }
}

export const makeSecrets = (
  homes: readonly Home[],
  databases: readonly string[],
): StreetSecrets => ({
  homes: homes.map(() => ({
    station: toBase64Url(systemEntropy.bytes(24)),
    installCode: toBase64Url(systemEntropy.bytes(18)),
    hanKey: toHex(systemEntropy.bytes(32)),
  })),
  databases: Object.fromEntries(
    databases.map((name) => [name, toBase64Url(systemEntropy.bytes(24))]),
  ),
  ocpiInvitation: toBase64Url(systemEntropy.bytes(24)),
  oscp: {
    ofDso: toBase64Url(systemEntropy.bytes(24)),
    ofCsms: toBase64Url(systemEntropy.bytes(24)),
  },
})
