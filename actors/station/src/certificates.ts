import { limits } from '@interlock/contract'
import {
  ensureDir,
  identityOf,
  readSecret,
  removeFile,
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
import type { OwnIdentity } from './own-identity.ts'
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
  /** The CSMS has accepted the charger as `shown`: of two certificates the other one goes. */
  accepted(shown: Identity | undefined): void
}

export function createCertificates(
  station: Station,
  options: {
    readonly own: OwnIdentity
    readonly roots: Roots
    /** Another certificate is to be shown next; `first` where there was none. */
    readonly onNext: (first: boolean) => void
  },
): Certificates {
  const { config, deps, stationId, eui, keeper } = station
  const { crypto } = deps
  const { own } = options
  const nextKeyPath = `${own.dir}/next-key.pem`
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
    const kept = keptKey()
    if (kept !== undefined && !own.hasHad(kept.key.publicKey)) return kept
    const fresh = crypto.generateKey()
    ensureDir(own.dir)
    writeAtomic(nextKeyPath, fresh.pem, 0o600)
    return fresh
  }
  const keptKey = (): { key: PrivateKey; pem: string } | undefined => {
    try {
      const pem = readSecret(nextKeyPath)
      return { key: crypto.privateKey(pem), pem }
    } catch (error) {
      if (error instanceof Fault) return undefined
      throw error
    }
  }

  const install = (identity: Identity, cells: readonly StoredCell[] = []): undefined => {
    const first = own.identity() === undefined
    own.take(identity)
    pin(cells)
    asked = undefined
    removeFile(nextKeyPath)
    options.onNext(first)
  }

  return {
    request() {
      asked = nextKey()
      const { publicKey } = asked.key
      const newest = own.newestKey()
      const challenge =
        newest === undefined
          ? firstContactProof(
              firstContactKey(config.secret ?? '', crypto),
              stationId,
              publicKey,
              crypto,
            )
          : renewalProof(newest, stationId, publicKey, crypto)
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
        return taken.ok ? install(taken.value) : taken.reason
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
      const identity = identityOf(asked.pem, chainPem, own.dir)
      install(identity, cells.value)
      for (const text of listsIn(customData)) takeRevocationList(station, text)
      return undefined
    },
    accepted(shown) {
      const verdict = own.verdict(shown)
      if (verdict === 'TryAgain') {
        own.tryAgain()
        return options.onNext(false)
      }
      if (verdict === undefined) return
      const { outcome, kept, dropped } = verdict
      const serials = { kept: kept.peer.serialHex, dropped: dropped.peer.serialHex }
      station.records.before(outcome, serials)
      own.settle(verdict)
      // A02.FR.29, A03.FR.25: else nobody would know that it has to be renewed again.
      if (outcome === 'RenewalDiscarded')
        station.reports.security('DiscardedRenewedClientCertificate', `serial ${serials.dropped}`)
    },
  }
}

/** The lists that come with the certificate: each is verified as any other. */
function listsIn(customData: unknown): readonly unknown[] {
  const lists = (customData as { revocationLists?: unknown } | undefined)?.revocationLists
  return Array.isArray(lists) ? lists.slice(0, 2) : []
}
