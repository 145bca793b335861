import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  compare,
  differencesIn,
  inWords,
  nothingCompared,
  type Compared,
  type Difference,
} from './two-statements.ts'

const at = (block: number) => instant(block * 900_000)
const differs = (block: number, oscpWatts: number, topicWatts: number): Difference => ({
  from: at(block),
  oscpWatts,
  topicWatts,
})
/** What each of these looks tells. */
function told(...looks: readonly (readonly Difference[])[]): readonly (readonly Difference[])[] {
  let before: Compared = nothingCompared
  return looks.map((now) => {
    const { next, tell } = compare(before, now)
    before = next
    return tell
  })
}

test('only blocks of which both speak can differ, and by a watt at least', () => {
  const oscp = [10, 20, undefined, 40, 50]
  const topic = [10, 25, 30, undefined, 50.4]
  const of = (watts: readonly (number | undefined)[]) => (block: number) => watts[block / 900_000]
  expect(differencesIn([0, 1, 2, 3, 4].map(at), of(oscp), of(topic))).toEqual([differs(1, 20, 25)])
})

test('a difference is told when it stands at two looks, once, and again when it changes', () => {
  const [one, other] = [differs(1, 20, 25), differs(1, 20, 15)]
  expect(told([one], [one], [one])).toEqual([[], [one], []])
  expect(told([one], [], [one], [])).toEqual([[], [], [], []])
  expect(told([one], [one], [other], [other])).toEqual([[], [one], [], [other]])
  expect(told([one], [one], [], [one], [one])).toEqual([[], [one], [], [], [one]])
})

test('a block that is over is no news; one more that differs is, and all that stands is told', () => {
  const [one, two, three] = [differs(1, 20, 25), differs(2, 20, 25), differs(3, 20, 25)]
  expect(told([one, two], [one, two], [two], [two])).toEqual([[], [one, two], [], []])
  expect(told([one], [one], [one, three], [one, three])).toEqual([[], [one], [], [one, three]])
})

test('it is said in words how much, and that the lower counts', () => {
  expect(inWords('f1', [differs(1, 20, 25.5), differs(2, 20, 10)])).toBe(
    'CapacityDiffers: of 2 blocks of f1 OSCP and the sealed topic say different capacities, by up to 10 W; the lower one counts',
  )
})
