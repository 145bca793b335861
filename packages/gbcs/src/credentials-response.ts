import { assert, concat, euiBytes, euiFromBytes, type Eui64 } from '@interlock/kernel'
import { berLength, readBerLength, readTwoByteLength, twoByteLength } from './ber.ts'
import { topUpFloorBytes, topUpFloorIn, type ReplacementMode } from './credentials.ts'
import { contentOf, der, derTags, integer, integerIn, valueBytes, valuesIn } from './der.ts'
import { writeLayout, type Layout } from './layout.ts'
import type { Answer } from './response.ts'
import type { ResultCode } from './result-codes.ts'
import {
  cellBytes,
  cellName,
  partyRoles,
  readCellContent,
  type TrustAnchorCell,
} from './trust-anchor-cell.ts'

/** What became of one cell. */
export const cellOutcomes = {
  success: 0,
  badCertificate: 5,
  noTrustAnchor: 10,
  insufficientMemory: 17,
  trustAnchorNotFound: 25,
  resourcesBusy: 30,
  other: 127,
} as const
export type CellOutcome = keyof typeof cellOutcomes

/** Whose certificate is in a cell, and the identifier of its key. */
export type CellHolder = { readonly organisation: Eui64; readonly keyId: Uint8Array }

export type CellReport = {
  readonly cell: TrustAnchorCell
  readonly outcome: CellOutcome
  /** Absent where there was none, or is no such cell. */
  readonly before?: CellHolder
  readonly after?: CellHolder
}
/** How an update of credentials went, cell by cell. */
export type CredentialsReport = {
  /** From where the new holder counts; absent where nobody new holds the cell that signs. */
  readonly floor?: bigint
  readonly topUpFloor?: bigint
  readonly cells: readonly CellReport[]
  /** Lengths of 128 to 255 are in two bytes, as in all answers that are published; else in one. */
  readonly twoByteLengths?: true
}

const cellsMax = 3
const keyIdBytesMax = 32

/** What an answer with these reports comes to: all cells, or not all. */
export const resultOfCells = (cells: readonly CellReport[]): ResultCode =>
  cells.every(({ outcome }) => outcome === 'success') ? 'success' : 'otherReason'

export const isCredentialsAnswer = ({ result, results, cells = [] }: Answer): boolean =>
  results === undefined &&
  cells.length >= 1 &&
  cells.length <= cellsMax &&
  result === resultOfCells(cells)

const countersBytes = (
  { replaced }: ReplacementMode,
  { floor, topUpFloor }: Partial<CredentialsReport>,
): Uint8Array =>
  floor === undefined
    ? der(derTags.sequence)
    : der(
        derTags.sequence,
        der(
          derTags.sequence,
          integer(partyRoles[replaced]),
          integer(floor),
          topUpFloor === undefined
            ? new Uint8Array()
            : topUpFloorBytes(derTags.sequence, topUpFloor),
        ),
      )

function countersIn(bytes: Uint8Array): Omit<CredentialsReport, 'cells'> | undefined {
  const [only, ...others] = valuesIn(contentOf(bytes, derTags.sequence)) ?? []
  if (only === undefined) return {}
  const [, first, second] = valuesIn(contentOf(only, derTags.sequence)) ?? []
  const floor = integerIn(first, derTags.integer)
  if (floor === undefined || others.length > 0) return undefined
  const topUpFloor = topUpFloorIn(second, derTags.sequence)
  return { floor, ...(topUpFloor === undefined ? {} : { topUpFloor }) }
}

const octets = (bytes: Uint8Array): Uint8Array => der(derTags.octetString, bytes)
const holderBytes = (holder: CellHolder | undefined): Uint8Array =>
  holder === undefined
    ? concat(octets(new Uint8Array()), octets(new Uint8Array()))
    : concat(octets(euiBytes(holder.organisation)), octets(holder.keyId))

const reportBytes = ({ cell, outcome, before, after }: CellReport): Uint8Array =>
  der(
    derTags.sequence,
    cellBytes(cell),
    integer(cellOutcomes[outcome], derTags.enumerated),
    holderBytes(before),
    holderBytes(after),
  )

function reportIn(value: Uint8Array): CellReport | undefined {
  const [cellValue, status, ...holders] = valuesIn(contentOf(value, derTags.sequence)) ?? []
  const cell = readCellContent(contentOf(cellValue, derTags.sequence))
  const code = integerIn(status, derTags.enumerated)
  const outcome = (Object.keys(cellOutcomes) as CellOutcome[]).find(
    (each) => code !== undefined && BigInt(cellOutcomes[each]) === code,
  )
  const [oldEui, oldKey, newEui, newKey, ...rest] = holders
  const before = holderIn(oldEui, oldKey)
  const after = holderIn(newEui, newKey)
  if (cell === undefined || outcome === undefined || rest.length > 0) return undefined
  if (before === undefined || after === undefined) return undefined
  return {
    cell,
    outcome,
    ...(before === 'nobody' ? {} : { before }),
    ...(after === 'nobody' ? {} : { after }),
  }
}

function holderIn(
  euiValue: Uint8Array | undefined,
  keyValue: Uint8Array | undefined,
): CellHolder | 'nobody' | undefined {
  const eui = contentOf(euiValue, derTags.octetString)
  const keyId = contentOf(keyValue, derTags.octetString)
  if (eui?.length === 0 && keyId?.length === 0) return 'nobody'
  if (eui?.length !== 8 || keyId === undefined || keyId.length > keyIdBytesMax) return undefined
  return { organisation: euiFromBytes(eui), keyId: keyId.slice() }
}

/** A sequence with what is in it; every length of an answer is in the form that the answer names. */
const answerSequence = (
  { twoByteLengths }: Partial<CredentialsReport>,
  content: Uint8Array,
): readonly [head: Uint8Array, content: Uint8Array] => {
  const length = (twoByteLengths === true ? twoByteLength : berLength)(content.length)
  return [concat(Uint8Array.of(derTags.sequence), length), content]
}
const lengthIn = (bytes: Uint8Array) => readBerLength(bytes, 1) ?? readTwoByteLength(bytes, 1)
const formIn = (bytes: Uint8Array): Pick<Answer, 'twoByteLengths'> =>
  readTwoByteLength(bytes, 1) === undefined ? {} : { twoByteLengths: true }

const answerSequenceOf = (name: string, fields: Layout<Answer>): Layout<Answer> => [
  {
    name,
    bytes: (rest) => lengthIn(rest)?.next,
    write: (answer, counter) => answerSequence(answer, writeLayout(fields, answer, counter))[0],
    read: formIn,
    say: () => 'a sequence',
  },
  ...fields,
]

/** DER: that it was taken, under which counter and in which mode, and what became of each cell. */
export const credentialsResponse = (mode: ReplacementMode): Layout<Answer> =>
  answerSequenceOf('answer to an update of credentials', [
    { name: 'command taken', bytes: 2, write: () => der(derTags.null) },
    ...answerSequenceOf('outcome', [
      {
        name: 'counter once more',
        bytes: valueBytes,
        write: (_values, counter) => integer(counter),
        say: () => 'an integer',
      },
      {
        name: 'mode of the replacement',
        bytes: valueBytes,
        write: () => integer(mode.mode),
        say: () => `${mode.mode}`,
      },
      {
        name: 'counters of the party',
        bytes: valueBytes,
        write: (answer) => countersBytes(mode, answer),
        read: countersIn,
        say: ({ floor, topUpFloor }) =>
          [
            floor === undefined ? 'as they were' : `above ${floor}`,
            ...(topUpFloor === undefined ? [] : [`of top-ups above ${topUpFloor}`]),
          ].join(', '),
      },
      {
        name: 'outcome of each cell',
        bytes(rest) {
          const length = lengthIn(rest)
          return length && length.next + length.length
        },
        write(answer) {
          assert(isCredentialsAnswer(answer), 'an outcome for each cell, and what they come to')
          return concat(...answerSequence(answer, concat(...(answer.cells ?? []).map(reportBytes))))
        },
        read(bytes) {
          const cells = valuesIn(bytes.subarray(lengthIn(bytes)?.next))?.map(reportIn)
          if (cells?.every((each) => each !== undefined) !== true) return undefined
          const answer = { cells, result: resultOfCells(cells), ...formIn(bytes) }
          return isCredentialsAnswer(answer) ? answer : undefined
        },
        say: ({ cells = [] }) =>
          cells.map(({ cell, outcome }) => `${cellName(cell)} ${outcome}`).join('; '),
      },
    ]),
  ])
