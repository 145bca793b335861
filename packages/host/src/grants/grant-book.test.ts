import { isSelected, type Topic, type TopicGrant } from '@interlock/contract'
import { eui64 } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { expect, test } from 'vitest'
import { silentLog as log } from '../log.ts'
import { openGrantBook } from './grant-book.ts'

const [operator, other] = [eui64('A0-00-00-00-00-00-00-01'), eui64('A0-00-00-00-00-00-00-02')]
const home: Topic = { region: 'eastern', feeder: 'f1', kind: 'consumption', id: 'home-1' }
const publish = (organisation: string, more: object = {}): TopicGrant => ({
  organisation,
  may: 'publish',
  kind: 'consumption',
  ...more,
})

function journalOf(entries: unknown[] = []): Journal {
  return {
    entries: () => structuredClone(entries),
    append: (entry) => void entries.push(entry),
    isLong: false,
    rewrite: (kept) => void entries.splice(0, entries.length, ...kept),
    close: () => {},
  }
}

test('who writes of a home was granted it by its id; what was granted is there after a restart, until revoked', () => {
  const journal = journalOf()
  const book = openGrantBook(journal, log)
  const grant = publish(operator, { id: 'home-1' })
  expect(book.grant(grant)).toMatchObject({ ok: true, value: true })
  expect(book.grant(grant)).toMatchObject({ ok: true, value: false })
  for (const each of [book, openGrantBook(journal, log)]) {
    expect(each.allows(operator, 'publish', home)).toBe(true)
    expect(each.allows(operator, 'publish', { ...home, id: 'home-2' })).toBe(false)
    expect(each.allows(operator, 'read', home)).toBe(false)
    expect(each.allows(other, 'publish', home)).toBe(false)
    expect(each.meets(operator, 'publish', { kind: 'consumption' })).toBe(true)
  }
  expect(book.revoke(grant)).toBe(true)
  for (const each of [book, openGrantBook(journal, log)])
    expect(each.allows(operator, 'publish', home)).toBe(false)
})

test('attack: another operator of the region writes of the home, by a grant that names none', () => {
  const place = { region: 'eastern', feeder: 'f1' }
  // What stood in a book of before counts no more either.
  const journal = journalOf([{ does: 'grant', grant: publish(other, place) }])
  const warned: unknown[] = []
  const book = openGrantBook(journal, { warn: (of: object) => void warned.push(of) })
  expect(warned).toEqual([{ grants: 1 }])
  for (const wide of [publish(other), publish(other, place)]) {
    expect(book.grant(wide)).toMatchObject({ reason: 'IdMissing' })
    // By what it selects alone it would have been one of the home's authors.
    expect(isSelected(wide, home)).toBe(true)
  }
  expect(book.allows(other, 'publish', home)).toBe(false)
  expect(book.all).toEqual([])
  // Of what is about no one home, and of reading, for which the home consents, it may be for all.
  for (const each of [
    publish(other, { kind: 'load' }),
    { ...publish(other), may: 'read' as const },
  ])
    expect(book.grant(each)).toMatchObject({ ok: true })
  expect(book.allows(other, 'publish', { ...home, kind: 'load' })).toBe(true)
  expect(book.allows(other, 'read', home)).toBe(true)
})
