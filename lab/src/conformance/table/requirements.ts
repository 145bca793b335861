import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { blocks, subjects, type Block, type Requirement, type Subject } from './requirement.ts'

/** Every requirement of Part 2, in its order. */
export function readRequirements(): readonly Requirement[] {
  const path = fileURLToPath(new URL('./requirements.tsv', import.meta.url))
  return requirementsOf(readFileSync(path, 'utf8'))
}

/**
 * Tab-separated, a line for numbers of one series that bind the same end: `A02.FR`, `station`,
 * `02 03 05-08`, and what they need. The first line names the columns.
 *
 * @throws {TypeError} for a line that is not so, and for a number that comes twice
 */
export function requirementsOf(text: string): readonly Requirement[] {
  const [head, ...lines] = text.split('\n')
  if (head !== 'series\tof\tnumbers\tneeds' || lines.pop() !== '')
    throw new TypeError('not a table of requirements')
  const found = new Map<string, Requirement>()
  for (const requirement of lines.flatMap(requirementsIn)) {
    if (found.has(requirement.id)) throw new TypeError(`${requirement.id} comes twice`)
    found.set(requirement.id, requirement)
  }
  return [...found.values()].toSorted((left, right) =>
    left.block === right.block
      ? byName(left.id, right.id)
      : order.indexOf(left.block) - order.indexOf(right.block),
  )
}

const order = Object.keys(blocks)
const byName = (left: string, right: string): number => (left < right ? -1 : 1)

function requirementsIn(line: string): readonly Requirement[] {
  const cells = line.split('\t')
  if (cells.length !== 4) throw new TypeError(`not four cells: ${line}`)
  const [series = '', of = '', numbers = '', needs = ''] = cells
  const block = blockOf(series)
  if (!isSubject(of)) throw new TypeError(`${series}: nobody is called ${of}`)
  return numbers.split(' ').flatMap((range) =>
    numbersIn(range).map((number) => ({
      id: `${series}.${number}`,
      block,
      of,
      needs: needs === '' ? undefined : needs,
    })),
  )
}

/** `FR` are the generic ones, `SC` those of smart charging by several parties. */
function blockOf(series: string): Block {
  if (series === 'FR') return 'generic'
  if (series === 'SC') return 'K'
  const letter = /^([A-P])\d\d\.FR$/.exec(series)?.[1]
  if (letter === undefined || !isBlock(letter)) throw new TypeError(`${series} is no series`)
  return letter
}

/** `05-08` as its numbers, each with as many digits as the ends have. */
function numbersIn(range: string): readonly string[] {
  const [, first = '', last = first] = /^(\d{2,3})(?:-(\d{2,3}))?$/.exec(range) ?? []
  if (first === '' || first.length !== last.length) throw new TypeError(`${range} is no range`)
  const count = Number(last) - Number(first) + 1
  if (range.includes('-') && count < 2) throw new TypeError(`${range} runs backwards`)
  return Array.from({ length: count }, (_none, at) =>
    String(Number(first) + at).padStart(first.length, '0'),
  )
}

const isSubject = (word: string): word is Subject => (subjects as readonly string[]).includes(word)
const isBlock = (letter: string): letter is Block => letter in blocks
