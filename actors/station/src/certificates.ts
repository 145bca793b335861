import { limits } from '@interlock/contract'
import {
  ensureDir,
  identityOf,
  readSecret,
  saveIdentity,
  writeAtomic,
  type Identity,
} from '@interlock/host'
import {
  eui64,
  Fault,
  ok,
  refused,
  sameBytes,
  toBase64Url,
  type Outcome,
  type PrivateKey,
  type PublicKey,
  type Refusal,
} from '@interlock/kernel'
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
import { readCells } from '@interlock/seal'
import type { StoredCell } from './core/memory.ts'
import { withRevocations } from './core/revoked-cells.ts'
import { plainIdentity } from './plain-certificate.ts'
import { takeRevocationList } from './revocation.ts'
import type { Station } from './station.ts'

/** Roots, PEM, by hierarchy. */
export type Roots = {
  readonly charging: readonly string[]
  readonly smartMeter: readonly string[]
  /** Of whoever signs firmware. */
  readonly manufacturer: readonly string[]
}
type Hierarchy = Exclude<keyof Roots, 'manufacturer'>

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
  const verified = (chain: readonly Uint8Array[], hierarchy: Hierarchy): Peer | undefined => {
    const roots = options.roots[hierarchy].flatMap((pem) => fromPem(pem, 'CERTIFICATE'))
    const result = verifyChain(chain, { roots, at: deps.wall.now(), crypto, hierarchy })
    return result.ok ? result.value : undefined
  }

  /** The cells that a supervisor signed for this station and `key`; whoever relayed them. */
  const cellsIn = (customData: unknown, key: PublicKey): Outcome<readonly StoredCell[], string> => {
    const read = readCells((customData as { cells?: unknown } | undefined)?.cells)
    if (!read.ok) return read
    const { statement, chain, signed, signature } = read.value
    const signer = verified(chain, 'charging')
    if (signer?.role !== 'supervisor') return refused('CellsSigner', signer?.role)
    if (!crypto.verify(signer.publicKey, signed, signature)) return refused('CellsSignature')
    if (statement.station !== eui) return refused('CellsStation', statement.station)
    if (statement.key !== toBase64Url(crypto.sha256(key.spki))) return refused('CellsKey')
    const age = deps.wall.now() - statement.at
    if (age > limits.cellsAgeMillisMax || -age > limits.clockSkewMillisMax)
      return refused('CellsExpired')
    const issuers = chain.slice(1)
    return ok(
      statement.cells.flatMap(({ role, certificatePem }) => {
        const peer = verified([...fromPem(certificatePem, 'CERTIFICATE'), ...issuers], 'charging')
        if (peer?.role !== role) return []
        const pem = toPem(peer.der, 'CERTIFICATE')
        return [{ role, organisation: peer.organisation, certificatePem: pem }]
      }),
    )
  }

  /** Refuses before anything is installed: another list of cells may follow for the same key. */
  const refuseCells = ({ reason, detail }: Refusal<string>): string => {
    station.records.before('CellsRefused', { reason, detail: detail ?? '' })
    return reason
  }

  const pin = (cells: readonly StoredCell[]): void => {
    if (cells.length === 0) return
    const present = keeper.memory.cells
    const fresh = cells.filter(
      (cell) => !present.some((each) => each.certificatePem === cell.certificatePem),
    )
    const all = [...present, ...fresh]
    const lists = keeper.memory.revocationLists ?? {}
    keeper.commit({ set: { cells: withRevocations(all, lists, crypto) } })
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

  const install = (
    { pem }: { pem: string },
    identity: Identity,
    cells: readonly StoredCell[] = [],
  ): undefined => {
    saveIdentity(options.dir, pem, identity.chainPem)
    pin(cells)
    asked = undefined
    options.onIdentity(identity)
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
      // A02.FR.09: the organisation as the CSMS knows it.
      if (station.mode === 'standard') {
        const organisationName = station.model.setting('SecurityCtrlr', 'OrganizationName')
        return createCsr(asked.key, subject, crypto, { organisationName })
      }
      return createCsr(asked.key, subject, crypto, { challenge })
    },
    accept(chainPem, customData) {
      if (asked === undefined) return 'NotRequested'
      if (station.mode === 'standard') {
        const taken = plainIdentity(station, asked, chainPem)
        return taken.ok ? install(asked, taken.value) : taken.reason
      }
      const chain = fromPem(chainPem, 'CERTIFICATE')
      const peer = verified(chain, 'charging')
      if (peer === undefined) return 'ChainInvalid'
      if (!sameBytes(peer.publicKey.spki, asked.key.publicKey.spki)) return 'AnotherKey'
      if (peer.stationId !== stationId || peer.eui !== eui) return 'AnotherIdentity'
      // A renewal brings none: afterwards only their own holders change them.
      const cells =
        station.identity() === undefined ? cellsIn(customData, asked.key.publicKey) : ok([])
      if (!cells.ok) return refuseCells(cells)
      station.records.before('CertificateInstalled', {
        serial: peer.serialHex,
        cells: cells.value.map(({ role, organisation }) => `${role} ${organisation}`),
      })
      const identity = identityOf(asked.pem, chainPem, options.dir)
      install(asked, identity, cells.value)
      for (const text of listsIn(customData)) takeRevocationList(station, text)
      return undefined
    },
  }
}

/** The lists that come with the certificate: each is verified as any other. */
function listsIn(customData: unknown): readonly unknown[] {
  const lists = (customData as { revocationLists?: unknown } | undefined)?.revocationLists
  return Array.isArray(lists) ? lists.slice(0, 2) : []
}
