import fc from 'fast-check'
import { expect, test } from 'vitest'
import { battery, sessionScene, type SessionScene } from './fixture/session.fixture.ts'

/** What happens to a station, one thing after another. */
const happenings = ['plug', 'unplug', 'drop', 'restart', 'sample'] as const

test('whatever is cut off or restarted, every event arrives, in order, and none is missing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...happenings), { minLength: 3, maxLength: 8 }),
      async (sequence) => {
        const scene = await sessionScene()
        for (const each of sequence) {
          const { hardware } = scene.station
          if (each === 'plug') hardware.plugIn(battery)
          if (each === 'unplug') hardware.unplug()
          if (each === 'sample') await scene.clock.advance(900_000)
          if (each === 'drop') scene.csms.drop()
          if (each === 'restart') await scene.restart()
        }
        scene.station.hardware.unplug()
        expect(await emptied(scene)).toBe(true)
        const seen = new Map<string, Set<number>>()
        for (const { seqNo, transactionInfo, eventType } of scene.events()) {
          const own = seen.get(transactionInfo.transactionId) ?? new Set<number>()
          // A repeat is one that was cut off before its answer; anything else is the next.
          expect(own.has(seqNo) || own.size === seqNo).toBe(true)
          expect(eventType === 'Started').toBe(seqNo === 0)
          seen.set(transactionInfo.transactionId, own.add(seqNo))
        }
        const ended = scene.events().filter(({ eventType }) => eventType === 'Ended')
        const ids = new Set(ended.map(({ transactionInfo }) => transactionInfo.transactionId))
        expect(ids).toEqual(new Set(seen.keys()))
      },
    ),
    { numRuns: 12 },
  )
}, 240_000)

/** Whether the station has told everything, after so many questions at most. */
async function emptied({ csms, clock }: SessionScene, looksMax = 100): Promise<boolean> {
  for (let look = 0; look < looksMax; look++) {
    // A connection that was cut off answers nothing; the next one is opened in the world's time.
    const silence = new Promise<object>((resolve) => setTimeout(() => resolve({}), 50))
    const asked = csms.connected() ? csms.call('GetTransactionStatus', {}) : silence
    const answer = await Promise.race([asked, silence])
    if ('messagesInQueue' in answer && answer.messagesInQueue === false) return true
    await clock.advance(30_000)
  }
  return false
}
