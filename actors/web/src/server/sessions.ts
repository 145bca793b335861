import type { Clock } from '@interlock/kernel'
import type { Person, Session } from './access.ts'
import { newToken } from './tokens.ts'

export const sessionLimits = {
  idleMillis: 30 * 60_000,
  lifeMillis: 12 * 3_600_000,
  sessionsMax: 10_000,
} as const

/**
 * Sessions of one origin, in memory. An id is made here at sign-in and nowhere else: one that a
 * client brings along is looked up, never adopted.
 */
export interface Sessions {
  open(person: Person): Session
  /** The session, if it is still in force; being found keeps it in force. */
  find(id: string | undefined): Session | undefined
  close(id: string | undefined): void
}

type Held = { readonly session: Session; readonly openedAt: number; seenAt: number }

export function createSessions(wall: Clock): Sessions {
  const held = new Map<string, Held>()
  const ended = (each: Held, now: number) =>
    now - each.seenAt > sessionLimits.idleMillis || now - each.openedAt > sessionLimits.lifeMillis
  return {
    open: (person) => {
      const now = wall.now()
      for (const [id, each] of held) if (ended(each, now)) held.delete(id)
      const oldest = held.size >= sessionLimits.sessionsMax ? held.keys().next().value : undefined
      if (oldest !== undefined) held.delete(oldest)
      const session = { id: newToken(), person, csrf: newToken() }
      held.set(session.id, { session, openedAt: now, seenAt: now })
      return session
    },
    find: (id) => {
      const found = id === undefined ? undefined : held.get(id)
      if (found === undefined) return undefined
      if (ended(found, wall.now())) {
        held.delete(found.session.id)
        return undefined
      }
      found.seenAt = wall.now()
      return found.session
    },
    close: (id) => {
      if (id !== undefined) held.delete(id)
    },
  }
}
