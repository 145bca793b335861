import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { begin, type Begun } from './histories.ts'
import { wrongWith } from './kill-devices.ts'
import { liveKilled, type DeviceDeath } from './killed-home.ts'

const dir = temporaryDir('interlock-kill-devices')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const history = 'charge now, then stop'
let begun: Begun
let lives = 0
beforeAll(async () => void (begun = await begin(history)))

const live = (death?: DeviceDeath) => liveKilled(`${dir}/${++lives}`, { ...begun, history, death })
/** Each starts with its first memory written anew: the sixth call writes what first comes in, the seventh syncs it. */
const torn = { device: 'station', call: 6, how: 'half' } as const
const counted = { device: 'llcs', call: 7, how: 'after' } as const

test('after a SIGKILL in a write and after one no counter is back and no arm is used twice', async () => {
  const { calls } = await live()
  expect([calls.station[torn.call - 1], calls.llcs[counted.call - 1]]).toEqual(['write', 'sync'])
  for (const death of [torn, counted]) expect(wrongWith(await live(death))).toEqual([])
}, 300_000)

test('an LLCS that answers before its counter is on the disk is found', async () => {
  const { armsUsedTwice, problem } = await live({ ...counted, behind: true })
  expect({ armsUsedTwice, problem }).toEqual({
    armsUsedTwice: 1,
    problem: 'the LLCS took arm "go" twice',
  })
}, 300_000)
