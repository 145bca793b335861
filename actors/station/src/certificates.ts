import { vendorId } from '@interlock/contract'
import {
  ensureDir,
  identityOf,
  readSecret,
  saveIdentity,
  writeAtomic,
  type Identity,
} from '@interlock/host'
import { eui64, Fault, sameBytes, type PrivateKey } from '@interlock/kernel'
import {
  createCsr,
  firstContactKey,
  firstContactProof,
  fromPem,
  renewalProof,
  toPem,
  verifyChain,
  type Peer,
} from '@interlock/pki'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { StoredCell } from './core/memory.ts'
import type { Station } from './station.ts'

/** Roots, PEM, by hierarchy. */
export type Roots = { readonly charging: readonly string[]; readonly smartMeter: readonly string[] }

const Cells = Compile(
  Type.Object({
    cells: Type.Array(
      Type.Object({
        role: Type.Union([Type.Literal('csms'), Type.Literal('dsrsp'), Type.Literal('supervisor')]),
        certificatePem: Type.String({ maxLength: 10_000 }),
      }),
      { maxItems: 8 },
    ),
  }),
)

/** The charger's own key and certificate: asked for, received, renewed. */
export type Certificates = {
  /** A request for a new key made here, PEM; only the request leaves. */
  request(): string
  /** Takes what was asked for and nothing else; a reason when it was not. */
  accept(chainPem: string, customData: unknown): string | undefined
}

export function createCertificates(
  station: Station,
  options: {
    readonly dir: string
    readonly roots: Roots
    readonly onIdentity: (identity: Identity) => void
  },
): Certificates {
  const { config, deps, stationId, eui, keeper } = station
  const { crypto } = deps
  let asked: { key: PrivateKey; pem: string } | undefined

  /** Whom the chain is for; `undefined` when it does not verify under `hierarchy`. */
  const verified = (chain: readonly Uint8Array[], hierarchy: keyof Roots): Peer | undefined => {
    const roots = options.roots[hierarchy].flatMap((pem) => fromPem(pem, 'CERTIFICATE'))
    const result = verifyChain(chain, { roots, at: deps.wall.now(), crypto, hierarchy })
    return result.ok ? result.value : undefined
  }

  const cellsIn = (customData: unknown, issuers: readonly Uint8Array[]): readonly StoredCell[] => {
    const { vendorId: vendor } = (customData ?? {}) as { vendorId?: unknown }
    if (vendor !== vendorId || !Cells.Check(customData)) return []
    return customData.cells.flatMap(({ role, certificatePem }) => {
      const chain = fromPem(certificatePem, 'CERTIFICATE')
      const peer =
        verified(chain, 'charging') ??
        verified([...chain.slice(0, 1), ...issuers], 'charging') ??
        verified(chain, 'smartMeter')
      return peer?.role === role
        ? [
            {
              role,
              organisation: peer.organisation,
              certificatePem: toPem(peer.der, 'CERTIFICATE'),
            },
          ]
        : []
    })
  }

  /** Cells come with the first certificate; afterwards only their own holders change them. */
  const pin = (cells: readonly StoredCell[]): void => {
    const present = keeper.memory.cells
    const fresh = cells.filter(
      (cell) => !present.some((each) => each.certificatePem === cell.certificatePem),
    )
    keeper.commit({ set: { cells: [...present, ...fresh] } })
  }

  /**
   * The key of the next certificate. It is kept until its certificate came, because first contact is
   * for one key only, whatever was lost on the way and whenever the power failed.
   */
  const nextKey = (): { key: PrivateKey; pem: string } => {
    const path = `${options.dir}/next-key.pem`
    const kept = keptKey(path)
    const inForce = station.identity()?.key.publicKey.spki ?? new Uint8Array()
    if (kept !== undefined && !sameBytes(kept.key.publicKey.spki, inForce)) return kept
    const fresh = crypto.generateKey()
    ensureDir(options.dir)
    writeAtomic(path, fresh.pem, 0o600)
    return fresh
  }
  const keptKey = (path: string): { key: PrivateKey; pem: string } | undefined => {
    try {
      const pem = readSecret(path)
      return { key: crypto.privateKey(pem), pem }
    } catch (error) {
      if (error instanceof Fault) return undefined
      throw error
    }
  }

  return {
    request() {
      asked = nextKey()
      const { publicKey } = asked.key
      const identity = station.identity()
      const challenge =
        identity === undefined
          ? firstContactProof(
              firstContactKey(config.secret ?? '', crypto),
              stationId,
              publicKey,
              crypto,
            )
          : renewalProof(identity.key, stationId, publicKey, crypto)
      const organisation = eui64(config.organisation)
      const subject = { commonName: stationId, role: 'station', eui, organisation } as const
      return createCsr(asked.key, subject, crypto, { challenge })
    },
    accept(chainPem, customData) {
      if (asked === undefined) return 'NotRequested'
      const chain = fromPem(chainPem, 'CERTIFICATE')
      const peer = verified(chain, 'charging')
      if (peer === undefined) return 'ChainInvalid'
      if (!sameBytes(peer.publicKey.spki, asked.key.publicKey.spki)) return 'AnotherKey'
      if (peer.stationId !== stationId || peer.eui !== eui) return 'AnotherIdentity'
      const cells = cellsIn(customData, chain.slice(1))
      station.records.before('CertificateInstalled', {
        serial: peer.serialHex,
        cells: cells.map(({ role, organisation }) => `${role} ${organisation}`),
      })
      saveIdentity(options.dir, asked.pem, chainPem)
      if (station.identity() === undefined) pin(cells)
      const identity = identityOf(asked.pem, chainPem, options.dir)
      asked = undefined
      options.onIdentity(identity)
      return undefined
    },
  }
}
