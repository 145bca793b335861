import { expect, test } from 'vitest'
import { citedIn } from '../document/where.ts'
import { readTable } from './read.ts'
import { readRequirements, requirementsOf } from './requirements.ts'

const head = 'series\tof\tnumbers\tneeds\n'

test('a line stands for each of its numbers', () => {
  const read = requirementsOf(`${head}K01.FR\tstation\t01 03-04\t\nFR\tboth\t01\ta screen\n`)
  expect(read).toEqual([
    { id: 'FR.01', block: 'generic', of: 'both', needs: 'a screen' },
    { id: 'K01.FR.01', block: 'K', of: 'station', needs: undefined },
    { id: 'K01.FR.03', block: 'K', of: 'station', needs: undefined },
    { id: 'K01.FR.04', block: 'K', of: 'station', needs: undefined },
  ])
})

test.each([
  ['three cells', 'K01.FR\tstation\t01\n'],
  ['no such series', 'Q01.FR\tstation\t01\t\n'],
  ['no such end', 'K01.FR\tvehicle\t01\t\n'],
  ['a range that runs backwards', 'K01.FR\tstation\t04-03\t\n'],
  ['a range of two widths', 'A00.FR\tstation\t04-103\t\n'],
  ['no number', 'K01.FR\tstation\t\t\n'],
  ['a number twice', 'K01.FR\tstation\t01-03\t\nK01.FR\tcsms\t02\t\n'],
  ['no end of the last line', 'K01.FR\tstation\t01\t'],
])('%s is not read', (_what, lines) => {
  expect(() => requirementsOf(head + lines)).toThrow(TypeError)
})

test('what a case or the code cites is a requirement of Part 2', () => {
  const known = new Set(readRequirements().map(({ id }) => id))
  const ofCases = [...readTable('csms'), ...readTable('station')].flatMap((row) => row.requirements)
  const cited = [...ofCases, ...citedIn().keys()]
  expect(cited.filter((id) => !known.has(id))).toEqual([])
})

/** A line that is lost, or a range that is cut short, shows here. */
test('the table has every requirement', () => {
  const read = readRequirements()
  expect(read).toHaveLength(1295)
  expect(read.filter(({ of }) => of === 'withdrawn')).toHaveLength(6)
})
