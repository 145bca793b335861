import { blocks, type Block, type Requirement } from '../table/requirement.ts'
import { page, table, type Side } from './render.ts'

/** A requirement with what holds it. */
type Line = {
  readonly requirement: Requirement
  /** Ids of the cases that stand for it, one list for each side. */
  readonly cases: readonly (readonly string[])[]
  readonly tests: readonly string[]
  readonly state: State
}
type State = 'held' | 'gap' | 'needs' | 'withdrawn'

/**
 * Every requirement of Part 2 with the cases and tests that hold it, a table for each block.
 *
 * @param cited paths of test files, by requirement
 */
export function requirementsPage(
  requirements: readonly Requirement[],
  sides: readonly Side[],
  cited: ReadonlyMap<string, readonly string[]>,
): string {
  const lines = requirements.map((requirement) => lineOf(requirement, sides, cited))
  const ofBlock = byBlock(lines)
  const parts = [...ofBlock].flatMap(([block, these]) => [
    `## ${titleOf(block)}`,
    table(
      ['requirement', 'binds', ...sides.map(({ heading }) => heading), 'tests', ''],
      these.map(cellsOf),
    ),
  ])
  return page('Requirements', [...words, summary(ofBlock, lines), ...parts])
}

/** The lines of each block, in the order of the blocks. */
function byBlock(lines: readonly Line[]): ReadonlyMap<Block, readonly Line[]> {
  const named = new Set(lines.map(({ requirement }) => requirement.block))
  return new Map(
    [...named].map((block) => [block, lines.filter((line) => line.requirement.block === block)]),
  )
}

const words = [
  'The requirements of OCPP 2.0.1 edition 3, Part 2, with the errata of September 2025, by their ids: the generic ones, those of each use case, and those about smart charging by several parties (`SC`).',
  'One is **held** when a case that stands for it is written, or a test beside the code cites it; a case in brackets is not written. One that binds only an end with something ours has not is marked with what it **needs**, in the words of the cases; it is a **gap** otherwise. Whom it binds is left out where it does not say. What an erratum took back is **withdrawn**, and not counted.',
]

function lineOf(
  requirement: Requirement,
  sides: readonly Side[],
  cited: ReadonlyMap<string, readonly string[]>,
): Line {
  const standing = sides.map(({ rows, writtenIn }) =>
    rows
      .filter((row) => row.requirements.includes(requirement.id))
      .map(({ id }) => ({ id, written: writtenIn.has(id) })),
  )
  const tests = cited.get(requirement.id) ?? []
  const held = tests.length > 0 || standing.flat().some(({ written }) => written)
  return {
    requirement,
    cases: standing.map((cases) => cases.map(({ id, written }) => (written ? id : `(${id})`))),
    tests,
    state: stateOf(requirement, held),
  }
}

function stateOf({ of, needs }: Requirement, held: boolean): State {
  if (of === 'withdrawn') return 'withdrawn'
  if (held) return 'held'
  return needs === undefined ? 'gap' : 'needs'
}

function summary(ofBlock: ReadonlyMap<Block, readonly Line[]>, lines: readonly Line[]): string {
  const count = (name: string, these: readonly Line[]): readonly string[] => {
    const of = (state: State): number => these.filter((line) => line.state === state).length
    const counts = [of('held'), of('needs'), of('gap')]
    return [name, these.length - of('withdrawn'), ...counts].map(String)
  }
  return table(
    ['block', 'requirements', 'held', 'need what is not there', 'gaps'],
    [
      ...[...ofBlock].map(([block, these]) => count(titleOf(block), these)),
      count('**all**', lines),
    ],
  )
}

const titleOf = (block: Block): string =>
  block === 'generic' ? blocks[block] : `${block}. ${blocks[block]}`

function cellsOf({ requirement: { id, of, needs }, cases, tests, state }: Line): readonly string[] {
  const marks: Record<State, string> = {
    held: '',
    gap: '**gap**',
    needs: `needs ${needs ?? ''}`,
    withdrawn: 'withdrawn',
  }
  const binds = of === 'unsaid' || of === 'withdrawn' ? '' : of === 'csms' ? 'CSMS' : of
  return [
    id,
    binds,
    ...cases.map((ids) => ids.join(' ')),
    tests.map(linkTo).join(' '),
    marks[state],
  ]
}

/** From the page in docs/conformance to a test. */
function linkTo(path: string): string {
  return `[${path.split('/').at(-1) ?? path}](../../${path})`
}
