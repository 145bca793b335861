import { inSeconds, type Activity, type Clock } from '@interlock/kernel'
import type { Endpoint } from '@interlock/ocpp'

/**
 * ATK-33: load moved by answers. For as long as it lasts, the holder of the sessions answers every
 * transaction event and boot with a refusal, and holds back every authorisation, to give it to all
 * at once when it ends.
 */
export type AnswerAttack = {
  /** Answers changed or held back so far. */
  readonly count: () => number
  /** Lets go what was held back. The sessions stay in the attacker's hands. */
  readonly release: () => void
}

const heldMillisMax = inSeconds(60)

export function poisonAnswers(
  sessions: readonly Endpoint[],
  world: { readonly clock: Clock; readonly activity: Activity },
): AnswerAttack {
  let count = 0
  const held = new Set<() => void>()
  const hold = (): Promise<void> =>
    world.activity.parked(
      () =>
        new Promise((resolve) => {
          const done = (): void => {
            held.delete(done)
            resolve()
          }
          held.add(done)
          world.clock.after(heldMillisMax, `held-answer/${count}`, done)
        }),
    )
  for (const session of sessions) {
    session.handle('TransactionEvent', () => {
      count++
      return { idTokenInfo: { status: 'Invalid' } }
    })
    session.handle('BootNotification', () => {
      count++
      const currentTime = new Date(world.clock.now()).toISOString()
      return { status: 'Rejected', currentTime, interval: 1 }
    })
    session.handle('Authorize', async () => {
      count++
      await hold()
      return { idTokenInfo: { status: 'Accepted' } }
    })
  }
  return {
    count: () => count,
    release: () => {
      for (const letGo of [...held]) letGo()
    },
  }
}
