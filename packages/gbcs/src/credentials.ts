import {
  contentOf,
  der,
  derTags,
  integer,
  integerIn,
  optionalBytes,
  sequenceOf,
  valueBytes,
  valuesIn,
} from './der.ts'
import type { Field, Layout } from './layout.ts'
import {
  cellBytes,
  cellContent,
  cellName,
  partyRoles,
  readCellContent,
  type PartyRole,
  type TrustAnchorCell,
} from './trust-anchor-cell.ts'

/** The parameters of CS02b and CS02g *Update Security Credentials*: who is to be in which cell from now on. */
export type CredentialsUpdate = {
  /** The new holder's counters count above this, 0…2⁶³ − 1. */
  readonly floor: bigint
  /** The same for prepayment top-ups. */
  readonly topUpFloor?: bigint
  /** One to three, each for another cell. */
  readonly replacements: readonly Replacement[]
  /** Certificates (DER) between these and the root that the device has; at most three. */
  readonly path: readonly Uint8Array[]
  /** Whether the device looks at the certificates' periods. */
  readonly timeChecks: boolean
}
export type Replacement = {
  readonly cell: TrustAnchorCell
  /** DER. */
  readonly certificate: Uint8Array
}

/** Who may replace whose certificates: the mode that the message names, and both roles. */
export type ReplacementMode = {
  readonly mode: number
  readonly authoriser: PartyRole
  /** Whose floor it is, and whose cells the authoriser may change. */
  readonly replaced: PartyRole
}
export const replacementModes = {
  supplierBySupplier: { mode: 2, authoriser: 'supplier', replaced: 'supplier' },
  loadControllerBySupplier: { mode: 11, authoriser: 'supplier', replaced: 'loadController' },
} as const satisfies Record<string, ReplacementMode>

export const replacementsMax = 3
export const pathCertificatesMax = 3
const floorMax = (1n << 63n) - 1n

const isFloor = (value: bigint): boolean => value >= 0n && value <= floorMax
const isCertificate = (bytes: Uint8Array): boolean =>
  contentOf(bytes, derTags.sequence) !== undefined

/** Only a supplier that replaces its own has counters of top-ups. */
export const isCredentialsUpdate = (
  { floor, topUpFloor, replacements, path }: CredentialsUpdate,
  { authoriser, replaced }: ReplacementMode,
): boolean =>
  isFloor(floor) &&
  (topUpFloor === undefined || (isFloor(topUpFloor) && authoriser === replaced)) &&
  areReplacements(replacements) &&
  path.length <= pathCertificatesMax &&
  path.every(isCertificate)

const areReplacements = (replacements: readonly Replacement[]): boolean =>
  replacements.length >= 1 &&
  replacements.length <= replacementsMax &&
  new Set(replacements.map(({ cell }) => cellName(cell))).size === replacements.length &&
  replacements.every(({ certificate }) => isCertificate(certificate))

const tags = {
  timeChecks: 0x81,
  cell: 0xa2,
  counter: 0x83,
  floor: 0x84,
  topUpFloor: 0xa5,
  otherFloors: 0xa6,
} as const
const topUp = 0

/** Floors of one kind of counter each; here only that of top-ups. */
export const topUpFloorBytes = (tag: number, floor: bigint): Uint8Array =>
  der(tag, der(derTags.sequence, integer(topUp), integer(floor)))
export function topUpFloorIn(bytes: Uint8Array | undefined, tag: number): bigint | undefined {
  const [only, ...others] = valuesIn(contentOf(bytes, tag)) ?? []
  const [, floor] = valuesIn(contentOf(only, derTags.sequence)) ?? []
  const value = integerIn(floor, derTags.integer)
  return others.length === 0 && value !== undefined && isFloor(value) ? value : undefined
}

/** The time checks are made unless the message says otherwise: what is the default is left out. */
const timeChecksField: Field<CredentialsUpdate> = {
  name: 'time checks of the certificates',
  bytes: optionalBytes(tags.timeChecks),
  write: ({ timeChecks }) => (timeChecks ? new Uint8Array() : integer(1, tags.timeChecks)),
  read: (bytes) => ({ timeChecks: bytes.length === 0 }),
  say: ({ timeChecks }) => (timeChecks ? 'made' : 'not made'),
}

const namedFloor = {
  name: 'floor of the new counters',
  bytes: valueBytes,
  say: ({ floor }: CredentialsUpdate) => `${floor}`,
} as const
const readFloor = (value: bigint | undefined) =>
  value !== undefined && isFloor(value) ? { floor: value } : undefined

/** The floor of the authoriser's own role. */
const floorField: Field<CredentialsUpdate> = {
  ...namedFloor,
  write: ({ floor }) => integer(floor, tags.floor),
  read: (bytes) => readFloor(integerIn(bytes, tags.floor)),
}

/** That of another role, which stands beside it. */
const otherFloorField = (role: PartyRole): Field<CredentialsUpdate> => ({
  ...namedFloor,
  write: ({ floor }) =>
    der(tags.otherFloors, der(derTags.sequence, integer(partyRoles[role]), integer(floor))),
  read(bytes) {
    const [only] = valuesIn(contentOf(bytes, tags.otherFloors)) ?? []
    const [, floor] = valuesIn(contentOf(only, derTags.sequence)) ?? []
    return readFloor(integerIn(floor, derTags.integer))
  },
})

const topUpFloorField: Field<CredentialsUpdate> = {
  name: 'floor of the new counters of top-ups',
  bytes: optionalBytes(tags.topUpFloor),
  write: ({ topUpFloor }) =>
    topUpFloor === undefined ? new Uint8Array() : topUpFloorBytes(tags.topUpFloor, topUpFloor),
  read(bytes) {
    if (bytes.length === 0) return {}
    const topUpFloor = topUpFloorIn(bytes, tags.topUpFloor)
    return topUpFloor === undefined ? undefined : { topUpFloor }
  },
  say: ({ topUpFloor }) => (topUpFloor === undefined ? 'none' : `${topUpFloor}`),
}

const replacementsField: Field<CredentialsUpdate> = {
  name: 'replacements',
  bytes: valueBytes,
  write: ({ replacements }) =>
    der(
      derTags.sequence,
      ...replacements.map(({ cell, certificate }) =>
        der(derTags.sequence, certificate, cellBytes(cell)),
      ),
    ),
  read(bytes) {
    const replacements = valuesIn(contentOf(bytes, derTags.sequence))?.map(replacementIn)
    if (replacements?.every((each) => each !== undefined) !== true) return undefined
    return areReplacements(replacements) ? { replacements } : undefined
  },
  say: ({ replacements }) =>
    replacements
      .map(({ cell, certificate }) => `${cellName(cell)}, ${certificate.length} bytes`)
      .join('; '),
}

function replacementIn(value: Uint8Array): Replacement | undefined {
  const [certificate, cellValue, ...rest] = valuesIn(contentOf(value, derTags.sequence)) ?? []
  const cell = readCellContent(contentOf(cellValue, derTags.sequence))
  if (certificate === undefined || cell === undefined || rest.length > 0) return undefined
  return { cell, certificate: certificate.slice() }
}

const pathField: Field<CredentialsUpdate> = {
  name: 'certificates of the path',
  bytes: valueBytes,
  write: ({ path }) => der(derTags.sequence, ...path),
  read(bytes) {
    const path = valuesIn(contentOf(bytes, derTags.sequence))?.map((each) => each.slice())
    if (path === undefined || path.length > pathCertificatesMax) return undefined
    return path.every(isCertificate) ? { path } : undefined
  },
  say: ({ path }) => path.map(({ length }) => `${length} bytes`).join(', ') || 'none',
}

const always = (name: string, bytes: Uint8Array, words: string): Field<CredentialsUpdate> => ({
  name,
  bytes: bytes.length,
  write: () => bytes,
  say: () => words,
})

/**
 * DER: who authorises it under which counter and floors, the certificates with their cells, and those
 * between them and the root. The time of execution that the standard lets follow is not taken.
 */
export const credentialsLayout = ({
  mode,
  authoriser,
  replaced,
}: ReplacementMode): Layout<CredentialsUpdate> => {
  const cell: TrustAnchorCell = { role: authoriser, keyUsage: 'digitalSignature' }
  return sequenceOf('update of credentials', [
    ...sequenceOf('authorisation', [
      always('mode of the replacement', integer(mode), `${mode}`),
      timeChecksField,
      always('cell of the authoriser', der(tags.cell, cellContent(cell)), cellName(cell)),
      {
        name: 'counter once more',
        bytes: valueBytes,
        write: (_values, counter) => integer(counter, tags.counter),
        say: () => 'an integer',
      },
      ...(replaced === authoriser ? [floorField, topUpFloorField] : [otherFloorField(replaced)]),
    ]),
    replacementsField,
    pathField,
  ])
}
