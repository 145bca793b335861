import { beforeAll, expect, test } from 'vitest'
import { inMinutes, instant } from '@interlock/kernel'
import { prelude, type Kept } from '../model/home.ts'
import {
  besiege,
  encoded,
  framed,
  signedBy,
  supplierAttempts,
  supplierWords,
} from './supplier-words.ts'

/** A quarter of an hour before the evening's peak ends: nothing charges by itself. */
const evening = instant(Date.UTC(2026, 0, 5, 21, 40))
let kept: Kept & { readonly transactionId: string }
beforeAll(async () => {
  kept = await prelude(evening)
})

test.each(supplierWords)(
  '%s: the supplier’s word through the data company is taken',
  async (word) => {
    const on = await besiege(evening, kept)
    expect(await on.deliver(framed(signedBy(encoded(word, evening))))).toBe(true)
  },
)

test.each(supplierAttempts)('$name: refused, by $control', async ({ run }) => {
  for (const word of supplierWords)
    expect([word, await run(await besiege(evening, kept), word, evening)]).toEqual([word, false])
})

test.each(supplierAttempts)('without $control it works: $name', async ({ run, without }) => {
  for (const word of supplierWords)
    expect([word, await run(await besiege(evening, kept, without), word, evening)]).toEqual([
      word,
      true,
    ])
})

test.each(supplierWords)(
  '%s: by both paths of the network at once it is taken once',
  async (word) => {
    const on = await besiege(evening, kept)
    const frame = framed(signedBy(encoded(word, evening)))
    expect(await Promise.all([on.deliver(frame), on.deliver(frame)])).toEqual([true, false])
  },
)

test('all that a supplier may say moves no load by itself', async () => {
  const on = await besiege(evening, kept)
  const { station, clock } = on.home
  const before = station.running?.observe().setPointWatts
  for (const [index, word] of supplierWords.entries())
    await on.deliver(framed(signedBy(encoded(word, evening, BigInt(index)))))
  await clock.advance(inMinutes(15))
  expect(station.running?.observe().setPointWatts).toBe(before)
})
