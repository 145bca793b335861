import { cellName, type TrustAnchorCell } from '@interlock/gbcs'
import { assert, fromBase64, toBase64, type Crypto } from '@interlock/kernel'
import { peerOf, type Peer } from '@interlock/pki'
import type { CellChange, CellHolding } from '@interlock/seal'
import type { StoredCells } from './core/memory.ts'
import type { Keeper } from './keeper.ts'

/** Who was in the cells when the LLCS was installed. */
export type InstalledAnchors = {
  readonly broker: Peer
  readonly dsrsp: Peer | undefined
  /** Absent where the home is told no tariff: nobody may replace anything then. */
  readonly supplier: Peer | undefined
}

/** The trust-anchor cells whose certificates can be replaced, as they stand now. */
export type Cells = {
  readonly holder: (cell: TrustAnchorCell) => CellHolding
  /** What must be kept for these changes; they count once it is. */
  changed(changes: readonly CellChange[]): StoredCells
}

/** The cells that sign: whose commands and tariffs count. */
export const signing = {
  dsrsp: { role: 'loadController', keyUsage: 'digitalSignature' },
  supplier: { role: 'supplier', keyUsage: 'digitalSignature' },
} as const satisfies Record<string, TrustAnchorCell>

/** Each organisation has one certificate for both uses when the LLCS is installed. */
export function openCells(
  keeper: Pick<Keeper, 'memory'>,
  installed: InstalledAnchors,
  crypto: Crypto,
): Cells {
  const first = new Map<string, CellHolding>()
  for (const keyUsage of ['digitalSignature', 'keyAgreement'] as const) {
    first.set(cellName({ role: 'loadController', keyUsage }), installed.dsrsp ?? 'empty')
    first.set(cellName({ role: 'supplier', keyUsage }), installed.supplier)
  }
  const read = new Map<string, Peer>()
  const peerIn = (text: string): Peer => {
    const known = read.get(text)
    if (known !== undefined) return known
    const der = fromBase64(text)
    const peer = der && peerOf(der, crypto)
    assert(peer?.ok === true, 'a certificate was verified before it was kept')
    read.set(text, peer.value)
    return peer.value
  }
  return {
    holder(cell) {
      const name = cellName(cell)
      const stored = keeper.memory.cells?.[name]
      return stored === undefined ? first.get(name) : peerIn(stored)
    },
    changed: (changes) => ({
      ...keeper.memory.cells,
      ...Object.fromEntries(
        changes.flatMap(({ report, holder }) =>
          holder === undefined ? [] : [[cellName(report.cell), toBase64(holder.der)]],
        ),
      ),
    }),
  }
}

/** The holder of a cell, where somebody is in it. */
export function inCell(cells: Cells, cell: TrustAnchorCell): Peer | undefined {
  const holding = cells.holder(cell)
  return holding === 'empty' ? undefined : holding
}
