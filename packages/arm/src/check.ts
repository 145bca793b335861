import { decodePreCommand, type PreCommand } from './pre-command.ts'

/** What the person asked for, in the page's own terms and before anything came back from a server. */
export type Asked = {
  readonly originator: string
  /** EUI-64 of the local load control supervisor that was pinned when this device was enrolled. */
  readonly target: string
  readonly controller: number
  readonly levelPercent: number
  /** Milliseconds since 1970, whole seconds. */
  readonly from: number
  readonly until: number
}

declare const checked: unique symbol
/** A pre-command that says what the person asked; the only thing this module signs. */
export type CheckedArm = PreCommand & { readonly [checked]: true }

export type Checked =
  | { readonly ok: true; readonly value: CheckedArm }
  | {
      readonly ok: false
      /** One sentence for each difference, or the one that says why it cannot be read. */
      readonly problems: readonly string[]
      readonly preCommand?: PreCommand
    }

type Comparison = { readonly same: (asked: Asked, said: PreCommand) => boolean; words: string }

/** One row for each thing that must be as asked. */
const comparisons: readonly Comparison[] = [
  { same: (_, said) => said.useCase === 'ECS47a', words: 'It is not an order for on demand use.' },
  { same: (asked, said) => asked.originator === said.originator, words: 'It names another key.' },
  { same: (asked, said) => asked.target === said.target, words: 'It is for another home.' },
  {
    same: (asked, said) => asked.controller === said.controller,
    words: 'It is for another charger of this home.',
  },
  { same: (_, said) => said.direction === 'import', words: 'It would take energy from the car.' },
  {
    same: (asked, said) => asked.levelPercent === said.levelPercent,
    words: 'It names another power.',
  },
  { same: (asked, said) => asked.from === said.from, words: 'It starts at another time.' },
  { same: (asked, said) => asked.until === said.until, words: 'It ends at another time.' },
]

/** Reads the bytes and holds them against what the person asked. */
export function checkPreCommand(bytes: Uint8Array, asked: Asked): Checked {
  const decoded = decodePreCommand(bytes)
  if (!decoded.ok) {
    return { ok: false, problems: [`It cannot be read: ${decoded.problem}.`] }
  }
  const said = decoded.value
  const problems = comparisons.filter((row) => !row.same(asked, said)).map((row) => row.words)
  return problems.length === 0
    ? { ok: true, value: said as CheckedArm }
    : { ok: false, problems, preCommand: said }
}
