import { nodeCrypto as crypto, silentLog as log } from '@interlock/host'
import { inSeconds, instant } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { openRevocationLists } from './revocation-lists.ts'

test('a look that ends in a bug, here or with who hears of it, is not the last one', async () => {
  const wall = testClock(instant(Date.UTC(2026, 0, 5, 18)))
  let bug: string | undefined = 'in the list'
  let [asked, heard] = [0, 0]
  const lists = openRevocationLists(
    {
      path: undefined,
      async charging() {
        asked++
        if (bug === 'in the list') throw new TypeError(bug)
        return undefined
      },
      issuers: { smartMeter: '', charging: '' },
      roots: { smartMeter: [], charging: [] },
    },
    { record: () => {} } as unknown as Parameters<typeof openRevocationLists>[1],
    { wall, crypto, log },
  )
  lists.start(() => {
    heard++
    if (bug !== undefined) throw new TypeError(bug)
  })
  const next = () => wall.advance(inSeconds(2))
  await expect(next()).rejects.toThrow('in the list')
  bug = 'in who hears of it'
  await expect(next()).rejects.toThrow(bug)
  bug = undefined
  await next()
  expect([asked, heard]).toEqual([3, 2])
  lists.close()
  await next()
  expect(asked).toBe(3)
})
