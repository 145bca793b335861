import { inMinutes, type Activity, type Clock } from '@interlock/kernel'
import type { Action, Endpoint, Request, Response } from '@interlock/ocpp'
import { lies, type Grip, type Lie } from './lies.ts'

/** The CSMS's sessions in the attacker's hands. */
export type HeldSessions = {
  readonly now: () => Iterable<Endpoint>
  /** Calls for each session that opens, before anything of it is read, until it is called off. */
  readonly onOpen: (take: (session: Endpoint) => void) => () => void
}

/**
 * ATK-33: load moved by answers. For as long as it lasts, the holder of the sessions lies in answer
 * to whatever a charger asks: first it holds authorisations back, to give them all at once; then it
 * refuses everybody; then it lets nobody boot.
 */
export type AnswerAttack = {
  /** Answers changed or held back so far, by the row of the risk table. */
  readonly counts: () => Readonly<Record<string, number>>
  /** Lets go what was held back, all at once; authorisations are refused from here on. */
  readonly release: () => void
  /** From here on no boot is accepted. */
  readonly refuseBoots: () => void
  /** Gives the sessions back. */
  readonly end: () => void
}

const heldMillisMax = inMinutes(30)

export function poisonAnswers(
  sessions: HeldSessions,
  world: { readonly clock: Clock; readonly activity: Activity },
): AnswerAttack {
  const counts = new Map<string, number>()
  const count = (on: string): number => {
    const before = counts.get(on) ?? 0
    counts.set(on, before + 1)
    return before
  }
  const held = new Set<() => void>()
  const undo: (() => void)[] = []
  let holding = true
  let booting = true

  const hold = (): Promise<void> =>
    world.activity.parked(
      () =>
        new Promise((resolve) => {
          const done = (): void => {
            held.delete(done)
            resolve()
          }
          held.add(done)
          world.clock.after(heldMillisMax, `held-answer/${count('HeldBackAnswer')}`, done)
        }),
    )
  const grip: Grip = {
    turn: count,
    now: () => world.clock.now(),
    holds: () => holding,
    lets: () => booting,
    hold,
  }

  /** Lets the CSMS do its work and changes only what it answers. */
  const change = <A extends Action>(session: Endpoint, action: A, lie: Lie<A>): void => {
    const genuine = session.handle(action, async (request: Request<A>, context) => {
      const result = (await genuine?.(request, context)) as Response<A>
      return lie(result, grip)
    })
    if (genuine !== undefined) undo.push(() => void session.handle(action, genuine))
  }
  const take = (session: Endpoint): void => {
    change(session, 'TransactionEvent', lies.TransactionEvent)
    change(session, 'BootNotification', lies.BootNotification)
    change(session, 'Authorize', lies.Authorize)
    change(session, 'Heartbeat', lies.Heartbeat)
  }
  for (const session of sessions.now()) take(session)
  undo.push(sessions.onOpen(take))

  const release = (): void => {
    holding = false
    for (const letGo of Array.from(held)) letGo()
  }
  return {
    counts: () => Object.fromEntries(counts),
    release,
    refuseBoots: () => (booting = false),
    end: () => {
      for (const each of undo.splice(0)) each()
      release()
    },
  }
}
