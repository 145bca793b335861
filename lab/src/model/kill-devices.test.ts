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
/** Its first memory is written anew: the sixth call writes what first comes in, the seventh syncs it. */
const counted = { device: 'llcs', call: 7, how: 'after' } as const

test('after a SIGKILL at the sync of its counter the LLCS takes no arm twice', async () => {
  const lived = await live(counted)
  expect(lived.calls.llcs.at(counted.call - 1)).toBe('sync')
  expect(wrongWith(lived)).toEqual([])
}, 300_000)

test('an LLCS that answers before its counter is on the disk is found', async () => {
  const { armsUsedTwice, problem } = await live({ ...counted, behind: true })
  expect({ armsUsedTwice, problem }).toEqual({
    armsUsedTwice: 1,
    problem: 'the LLCS took arm "go" twice',
  })
}, 300_000)
