import { instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { emptyGroup } from '@interlock/seal'
import { expect, test } from 'vitest'
import { openGroupStore } from './group-store.ts'

const topicOf = (id: string) =>
  ({ region: 'eastern', feeder: 'f1', kind: 'consumption', id }) as const

test('a group that nobody was ever in is forgotten, on the disk too; how far another has come is kept', () => {
  let entries: unknown[] = []
  const journal: Journal = {
    entries: () => structuredClone(entries),
    append: (entry) => void entries.push(entry),
    isLong: false,
    rewrite: (kept) => void (entries = [...kept]),
    close: () => {},
  }
  const open = () => openGroupStore(journal, () => undefined)
  const store = open()
  store.save(emptyGroup(topicOf('nobody')))
  const epoch = { epoch: 7, key: new Uint8Array() }
  const left = { ...emptyGroup(topicOf('left')), epoch, from: { someone: 5 } }
  store.save(left)
  store.save({ ...left, leasedAt: instant(5) })
  for (const { kept } of [open(), open()]) expect(kept).toEqual([{ ...left, leasedAt: instant(5) }])
  expect(entries).toHaveLength(1)
})
