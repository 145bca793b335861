import { sealedTopic } from '@interlock/contract'
import { openJournal, temporaryDir } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { groupBlockMillis } from '@interlock/power'
import { expect, test } from 'vitest'
import { openSealedCapacity } from './sealed-capacity.ts'

const path = `${temporaryDir('interlock-sealed-capacity')}/capacity.journal`
const begin = instant(1_800_000_000_000)
const after = (millis: number) => instant(begin + millis)
const silence = sealedTopic('capacity')?.silenceMillis ?? 0

test('each block has what was said of it last; what comes late, and other times and groups, have nothing', () => {
  const sealed = openSealedCapacity(openJournal(path), begin)
  expect(sealed.wattsAt('f1', begin)).toBeUndefined()
  expect(sealed.take('f1', { at: begin, from: begin, watts: [1, 2, 3] })).toBe(true)
  expect(sealed.take('f1', { at: after(-1), from: begin, watts: [9] })).toBe(false)
  expect(sealed.take('f1', { at: begin, from: begin, watts: [1, 2, 3] })).toBe(false)
  sealed.close()
  const restarted = openSealedCapacity(openJournal(path), after(5))
  const blocks = [-1, 0, groupBlockMillis - 1, groupBlockMillis, 3 * groupBlockMillis]
  expect(blocks.map((each) => restarted.wattsAt('f1', after(each)))).toEqual([
    undefined,
    1,
    1,
    2,
    undefined,
  ])
  expect(restarted.wattsAt('f2', begin)).toBeUndefined()
  restarted.close()
})

test('an operator that says nothing for longer than its topic allows is shown as silent, and what it said stands', () => {
  const sealed = openSealedCapacity(openJournal(path), begin)
  expect(sealed.standing('f1', after(silence))).toEqual({ saidAt: begin, silent: false })
  expect(sealed.standing('f1', after(silence + 1))).toEqual({ saidAt: begin, silent: true })
  expect(sealed.wattsAt('f1', after(silence + 1))).toBe(2)
  // One that has never spoken is waited for from the start on.
  const never = { saidAt: undefined }
  expect(sealed.standing('f2', after(silence))).toEqual({ ...never, silent: false })
  expect(sealed.standing('f2', after(silence + 1))).toEqual({ ...never, silent: true })
  sealed.close()
})
