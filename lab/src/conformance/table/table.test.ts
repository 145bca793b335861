import { expect, test } from 'vitest'
import { csmsCases } from '../cases/csms/index.ts'
import { stationCases } from '../cases/station/index.ts'
import { readTable } from './read.ts'

const ends = { csms: '_CSMS', station: '_CS' } as const

test.each(['csms', 'station'] as const)('the table of the %s role is well formed', (role) => {
  const rows = readTable(role)
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  for (const { id, title, requirements } of rows) {
    expect(id).toMatch(new RegExp(`^TC_[A-P]_\\d\\d${ends[role]}$`))
    expect(title).not.toBe('')
    for (const requirement of requirements) expect(requirement).toMatch(/^[A-P]\d\d\.FR\.\d\d+$/)
  }
})

test.each([
  ['csms', 'Core', 104],
  ['csms', 'Advanced Security', 4],
  ['csms', 'Local Authorization List Management', 8],
  ['csms', 'Smart Charging', 21],
  ['station', 'Core', 104],
  ['station', 'Advanced Security', 5],
  ['station', 'Local Authorization List Management', 21],
  ['station', 'Smart Charging', 33],
] as const)('the %s role has the mandatory cases of %s: %i', (role, profile, count) => {
  const mandatory = readTable(role).filter(({ profiles }) =>
    profiles.some(({ name, mandatory: must }) => name === profile && must),
  )
  expect(mandatory).toHaveLength(count)
})

test.each([
  ['csms', csmsCases],
  ['station', stationCases],
] as const)('each case of the %s role that is written stands in the table, once', (role, cases) => {
  const ids = cases.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const known = new Set(readTable(role).map(({ id }) => id))
  expect(ids.filter((id) => !known.has(id))).toEqual([])
})
