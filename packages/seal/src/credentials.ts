import {
  cellName,
  credentialsUpdates,
  type CellOutcome,
  type CellReport,
  type CommandOf,
  type CredentialsUseCase,
  type PartyRole,
  type Replacement,
  type ReplacementMode,
  type TrustAnchorCell,
} from '@interlock/gbcs'
import { ok, refused, type Crypto, type Eui64, type Outcome, type Role } from '@interlock/kernel'
import { keyIdOfPeer, verifyChain, type ChainDemands, type Peer } from '@interlock/pki'

/** Which of our roles a certificate in a cell of that party has; the others have no cell here. */
const roleOf: Readonly<Partial<Record<PartyRole, Role>>> = {
  supplier: 'supplier',
  /** In our profile. */
  loadController: 'dsrsp',
}

export type CredentialsCommand = CommandOf<CredentialsUseCase>

/** Why a certificate does not go into its cell, beside what its chain lacks. */
export type ReplacementProblem =
  /** The mode says whose cells its authoriser may change, and this is not one of them. */
  | 'CellForbidden'
  /** The device has no such cell. */
  | 'CellUnknown'
  /** Not of the role that the cell is for. */
  | 'RoleWrong'
  /** A supplier renews its own; a change of supplier is another service. */
  | 'OrganisationWrong'
  | 'ChainRefused'

/**
 * Whether a certificate may go into its cell: the cell is one that the authoriser may change, and the
 * certificate is current, of the smart-meter root, of the cell's role and fit for its use. One row of
 * profiles has both uses of a key, so that a certificate without either fits no cell.
 */
export function judgeReplacement(
  { cell, certificate }: Replacement,
  { originator, path }: Pick<CredentialsCommand, 'originator' | 'path'>,
  { replaced }: ReplacementMode,
  demands: Omit<ChainDemands, 'hierarchy'>,
): Outcome<Peer, ReplacementProblem> {
  if (cell.role !== replaced) return refused('CellForbidden', cellName(cell))
  const chain = verifyChain([certificate, ...path], { ...demands, hierarchy: 'smartMeter' })
  if (!chain.ok) return refused('ChainRefused', `${chain.reason} ${chain.detail ?? ''}`.trim())
  const peer = chain.value
  if (peer.role !== roleOf[cell.role]) return refused('RoleWrong', peer.role)
  const isOwn = peer.organisation === originator
  return replaced === 'supplier' && !isOwn
    ? refused('OrganisationWrong', peer.organisation)
    : ok(peer)
}

const outcomes: Readonly<Record<ReplacementProblem, CellOutcome>> = {
  CellForbidden: 'other',
  CellUnknown: 'noTrustAnchor',
  RoleWrong: 'badCertificate',
  OrganisationWrong: 'badCertificate',
  ChainRefused: 'badCertificate',
}

/** Who holds a cell, `empty` where nobody does yet, `undefined` where there is no such cell. */
export type CellHolding = Peer | 'empty' | undefined

/** What an update of credentials does to the cells of a device. */
export type CellChange = {
  readonly report: CellReport
  /** Who holds it from now on; absent where the certificate is refused. */
  readonly holder?: Peer
  /** Why it is refused. */
  readonly problem?: string
}

/** Each cell is judged by itself: one certificate that is refused does not keep out the others. */
export function judgeCredentials(
  command: CredentialsCommand,
  held: (cell: TrustAnchorCell) => CellHolding,
  demands: Omit<ChainDemands, 'hierarchy'>,
): readonly CellChange[] {
  const mode = credentialsUpdates[command.useCase]
  return command.replacements.map((replacement) => {
    const { cell } = replacement
    const holding = held(cell)
    const judged =
      holding === undefined && cell.role === mode.replaced
        ? refused<ReplacementProblem>('CellUnknown', cellName(cell))
        : judgeReplacement(replacement, command, mode, demands)
    const before = holding === undefined || holding === 'empty' ? undefined : holding
    const after = judged.ok ? judged.value : before
    const report: CellReport = {
      cell,
      outcome: judged.ok ? 'success' : outcomes[judged.reason],
      ...(before && { before: holderOf(before, demands.crypto) }),
      ...(after && { after: holderOf(after, demands.crypto) }),
    }
    return judged.ok
      ? { report, holder: judged.value }
      : { report, problem: `${judged.reason} ${judged.detail ?? ''}`.trim() }
  })
}

const holderOf = (peer: Peer, crypto: Crypto): { organisation: Eui64; keyId: Uint8Array } => ({
  organisation: peer.organisation,
  keyId: keyIdOfPeer(peer, crypto),
})

/** Of the changed cells the one that signs, which is whose counters have a new floor. */
export const newSigner = (changes: readonly CellChange[]): Peer | undefined =>
  changes.find(({ report, holder }) => holder && report.cell.keyUsage === 'digitalSignature')
    ?.holder
