import type { SealedMessage, Topic } from '@interlock/contract'
import { expect, test } from 'vitest'
import { position, type Carried, type Carrier, type Selection } from './carrier.ts'

/** A message that a carrier cannot tell from a sealed one. */
export const sealedLike = (text: string): SealedMessage => ({ head: 'aGVhZA', body: text })

export const topicOf = (id: string, kind: Topic['kind'] = 'load', feeder = 'f1'): Topic => ({
  region: 'eastern.1',
  feeder,
  kind,
  id,
})

/** The next `count` messages of a selection. */
export async function take(
  carrier: Carrier,
  selection: Selection,
  after: number,
  count: number,
  mayRead?: (topic: Topic) => boolean,
): Promise<Carried[]> {
  const stop = new AbortController()
  const taken: Carried[] = []
  if (count === 0) return taken
  for await (const carried of carrier.read(selection, position(after), stop.signal, mayRead)) {
    taken.push(carried)
    if (taken.length === count) break
  }
  stop.abort()
  return taken
}

const bodies = (taken: readonly Carried[]): string[] => taken.map(({ message }) => message.body)

/**
 * What every carrier must do, whatever it is made of.
 * @param open a carrier with nothing in it that keeps eight messages of a kind
 * @param capacityReader whom `open` reads capacities as, where that is asked
 */
export function carrierTests(
  open: () => Promise<Carrier>,
  run: typeof test = test,
  capacityReader = 'a.b',
): void {
  run('messages are read in the order in which they were taken, from any position', async () => {
    const carrier = await open()
    const at: number[] = [0]
    for (let i = 1; i <= 5; i++) {
      at.push(await carrier.publish(topicOf('one'), sealedLike(`m${i}`), `id${i}`))
      expect(at[i]).toBeGreaterThan(at[i - 1] ?? 0)
    }
    expect(bodies(await take(carrier, { kind: 'load' }, 0, 5))).toEqual([
      'm1',
      'm2',
      'm3',
      'm4',
      'm5',
    ])
    const later = await take(carrier, { kind: 'load' }, at[3] ?? 0, 2)
    expect(later).toEqual([
      { topic: topicOf('one'), position: at[4], message: sealedLike('m4') },
      { topic: topicOf('one'), position: at[5], message: sealedLike('m5') },
    ])
    const last = await carrier.last('load')
    expect(last).toBeGreaterThanOrEqual(at[5] ?? 0)
    const next = await carrier.publish(topicOf('one'), sealedLike('m6'), 'id6')
    expect(next).toBeGreaterThan(last)
    expect(bodies(await take(carrier, { kind: 'load' }, last, 1))).toEqual(['m6'])
    expect(await carrier.topics('load')).toEqual([{ topic: topicOf('one'), messages: 6 }])
    expect(await carrier.last('capacity')).toBe(0)
    await carrier.close()
  })

  run('a reader gets what is selected, by any level of the topic', async () => {
    const carrier = await open()
    const topics = [
      topicOf('a.b'),
      topicOf('a*b'),
      topicOf('ab', 'load', 'f2'),
      topicOf(capacityReader, 'capacity'),
    ]
    for (const [i, topic] of topics.entries())
      await carrier.publish(topic, sealedLike(`m${i}`), `${i}`)
    expect(bodies(await take(carrier, { kind: 'load', feeder: 'f1' }, 0, 2))).toEqual(['m0', 'm1'])
    expect(bodies(await take(carrier, { kind: 'load', id: 'a*b' }, 0, 1))).toEqual(['m1'])
    expect(bodies(await take(carrier, { kind: 'load', feeder: 'f2' }, 0, 1))).toEqual(['m2'])
    const [other] = await take(carrier, { kind: 'capacity' }, 0, 1)
    expect(other).toMatchObject({ position: 1, topic: topics[3] })
    await carrier.close()
  })

  run(
    'a reader is not given what it may not read, as it stands when each message comes',
    async () => {
      const carrier = await open()
      for (const [i, id] of ['one', 'two', 'one', 'two', 'one'].entries())
        await carrier.publish(topicOf(id), sealedLike(`m${i}`), `${i}`)
      const asked: string[] = []
      const two = ({ id }: Topic): boolean => id === 'two'
      expect(bodies(await take(carrier, { kind: 'load' }, 0, 2, two))).toEqual(['m1', 'm3'])
      // What was granted is taken back after the first.
      const mayRead = ({ id }: Topic): boolean => asked.push(id) === 1 || id === 'two'
      const left = await take(carrier, { kind: 'load' }, 0, 3, mayRead)
      expect(bodies(left)).toEqual(['m0', 'm1', 'm3'])
      expect(asked).toEqual(['one', 'two', 'one', 'two'])
      await carrier.close()
    },
  )

  run('what is published again under its id is kept once', async () => {
    const carrier = await open()
    const first = await carrier.publish(topicOf('one'), sealedLike('m1'), 'same')
    expect(await carrier.publish(topicOf('one'), sealedLike('m1'), 'same')).toBe(first)
    await carrier.publish(topicOf('one'), sealedLike('m2'), 'other')
    expect(bodies(await take(carrier, { kind: 'load' }, 0, 2))).toEqual(['m1', 'm2'])
    await carrier.close()
  })

  run('a reader waits for what is to come, and two readers do not disturb each other', async () => {
    const carrier = await open()
    const waiting = [take(carrier, { kind: 'load' }, 0, 3), take(carrier, { kind: 'load' }, 0, 3)]
    for (let i = 1; i <= 3; i++) await carrier.publish(topicOf('one'), sealedLike(`m${i}`), `${i}`)
    for (const taken of await Promise.all(waiting))
      expect(bodies(taken)).toEqual(['m1', 'm2', 'm3'])
    await carrier.close()
  })

  run('a publisher is turned away by name when the carrier is full', async () => {
    const carrier = await open()
    for (let i = 1; i <= 8; i++) await carrier.publish(topicOf('one'), sealedLike(`m${i}`), `${i}`)
    await expect(carrier.publish(topicOf('one'), sealedLike('m9'), '9')).rejects.toMatchObject({
      code: 'CarrierFull',
    })
    expect(await carrier.publish(topicOf('one', 'capacity'), sealedLike('c1'), 'c1')).toBe(1)
    expect(bodies(await take(carrier, { kind: 'load' }, 0, 8)).at(-1)).toBe('m8')
    await carrier.close()
  })

  run('what is too large, or stays in its process, is refused by name', async () => {
    const carrier = await open()
    const large = sealedLike('x'.repeat(262_144))
    await expect(carrier.publish(topicOf('one'), large, '1')).rejects.toMatchObject({
      code: 'MessageTooLarge',
    })
    await expect(
      carrier.publish(topicOf('one', 'state'), sealedLike('m'), '1'),
    ).rejects.toMatchObject({ code: 'NotCarried' })
    await carrier.close()
  })

  run(
    'a reader ends with its signal and with the carrier; a closed carrier takes nothing',
    async () => {
      const carrier = await open()
      await carrier.publish(topicOf('one'), sealedLike('m1'), '1')
      const read = async (signal: AbortSignal, onFirst: () => void): Promise<number> => {
        let count = 0
        for await (const _carried of carrier.read({ kind: 'load' }, position(0), signal)) {
          count++
          onFirst()
        }
        return count
      }
      const stop = new AbortController()
      expect(await read(stop.signal, () => stop.abort())).toBe(1)
      expect(await read(AbortSignal.abort(), () => {})).toBe(0)
      let onFirst = (): void => {}
      const first = new Promise<void>((resolve) => (onFirst = resolve))
      const ending = read(new AbortController().signal, () => onFirst())
      await first
      await carrier.close()
      expect(await ending).toBe(1)
      await expect(carrier.publish(topicOf('one'), sealedLike('m2'), '2')).rejects.toMatchObject({
        code: 'CarrierClosed',
      })
    },
  )
}
