import { inMinutes, type Activity, type Clock } from '@interlock/kernel'
import type { Action, Endpoint, Response } from '@interlock/ocpp'

/**
 * ATK-33: load moved by answers. For as long as it lasts, the holder of the sessions answers every
 * transaction event and boot with a refusal, and holds back every authorisation, to give it to all
 * at once when it ends.
 */
export type AnswerAttack = {
  /** Answers changed or held back so far. */
  readonly count: () => number
  /** Lets go what was held back, all at once, and gives the sessions back. */
  readonly end: () => void
}

const heldMillisMax = inMinutes(30)

export function poisonAnswers(
  sessions: readonly Endpoint[],
  world: { readonly clock: Clock; readonly activity: Activity },
): AnswerAttack {
  let count = 0
  const held = new Set<() => void>()
  const undo: (() => void)[] = []
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

  /** Lets the CSMS do its work and changes only what it answers. */
  const change = <A extends Action>(
    session: Endpoint,
    action: A,
    answer: (genuine: Response<A>) => Response<A> | Promise<Response<A>>,
  ): void => {
    const genuine = session.handle(action, async (request, context) => {
      count++
      const result = (await genuine?.(request, context)) as Response<A>
      return answer(result)
    })
    if (genuine !== undefined) undo.push(() => void session.handle(action, genuine))
  }

  for (const session of sessions) {
    change(session, 'TransactionEvent', (genuine) => ({
      ...genuine,
      idTokenInfo: { status: 'Invalid' },
    }))
    change(session, 'BootNotification', (genuine) => ({ ...genuine, status: 'Rejected' }))
    change(session, 'Authorize', async (genuine) => {
      await hold()
      return genuine
    })
  }
  return {
    count: () => count,
    end: () => {
      for (const each of undo.splice(0)) each()
      for (const letGo of Array.from(held)) letGo()
    },
  }
}
