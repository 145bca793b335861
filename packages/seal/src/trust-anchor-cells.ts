import { cellName, type TrustAnchorCell } from '@interlock/gbcs'
import { assert, fromBase64, toBase64, type Crypto } from '@interlock/kernel'
import { peerOf, type Peer } from '@interlock/pki'
import type { CellChange, CellHolding } from './credentials.ts'

/** Certificates (DER, base64) that were put in place of those at installation, by the name of their cell. */
export type StoredCells = Readonly<Record<string, string>>

/** The trust-anchor cells of a device whose certificates can be replaced, as they stand now. */
export type TrustAnchorCells = {
  readonly holder: (cell: TrustAnchorCell) => CellHolding
  /** Where somebody is in it. */
  readonly peerIn: (cell: TrustAnchorCell) => Peer | undefined
  /** What must be kept for these changes; they count once it is. */
  readonly changed: (changes: readonly CellChange[]) => StoredCells
}

/** The cells that sign: whose commands and tariffs count. */
export const signingCells = {
  loadController: { role: 'loadController', keyUsage: 'digitalSignature' },
  supplier: { role: 'supplier', keyUsage: 'digitalSignature' },
} as const satisfies Record<string, TrustAnchorCell>

/**
 * @param installed who was in the cells of each role at installation, with one certificate for both uses;
 * a role that is absent has no cells
 * @param stored what is kept, which was verified before
 */
export function trustAnchorCells(
  installed: Readonly<Partial<Record<keyof typeof signingCells, CellHolding>>>,
  stored: () => StoredCells | undefined,
  crypto: Crypto,
): TrustAnchorCells {
  const first = new Map<string, CellHolding>()
  for (const [name, holding] of Object.entries(installed))
    for (const keyUsage of ['digitalSignature', 'keyAgreement'] as const)
      first.set(cellName({ role: name as keyof typeof signingCells, keyUsage }), holding)
  const read = new Map<string, Peer>()
  const peerOfText = (text: string): Peer => {
    const known = read.get(text)
    if (known !== undefined) return known
    const der = fromBase64(text)
    const peer = der && peerOf(der, crypto)
    assert(peer?.ok === true, 'a certificate was verified before it was kept')
    // As many as there are cells: what was replaced is not looked at again.
    if (read.size >= cellsMax) read.clear()
    read.set(text, peer.value)
    return peer.value
  }
  const holder = (cell: TrustAnchorCell): CellHolding => {
    const name = cellName(cell)
    const text = stored()?.[name]
    return text === undefined ? first.get(name) : peerOfText(text)
  }
  return {
    holder,
    peerIn(cell) {
      const holding = holder(cell)
      return holding === 'empty' ? undefined : holding
    },
    changed: (changes) => ({
      ...stored(),
      ...Object.fromEntries(
        changes.flatMap(({ report, holder: next }) =>
          next === undefined ? [] : [[cellName(report.cell), toBase64(next.der)]],
        ),
      ),
    }),
  }
}

const cellsMax = 8
