import type { Clock } from '@interlock/kernel'
import type { ArmAction, Errand } from '../shared/shapes.ts'
import { Declined, type Person } from './access.ts'
import { newToken } from './tokens.ts'

export const handOverLimits = {
  /** A ticket is for one navigation. */
  ticketMillis: 60_000,
  /** From asking to trigger. */
  errandMillis: 15 * 60_000,
  errandsMax: 10_000,
} as const

/**
 * What travels between the two origins: a proposal one way, and the fact that it was signed the other.
 * Neither can sign; the key and the gesture are the arm page's.
 */
export interface HandOvers {
  open(person: Person, proposal: Omit<Errand, 'id'>): { errand: Errand; ticket: string }
  /** A ticket works once. @throws Declined HandOverInvalid */
  redeem(ticket: string): { errand: Errand; person: Person }
  /** @throws Declined HandOverInvalid when it is not this person's, done, or too old. */
  find(id: string, person: Person): Errand
  /** The arm page's server has delivered the arm `digest` for it. */
  signed(id: string, person: Person, digest: string): void
  /** @throws Declined NotSigned before {@link signed}. */
  digestOf(id: string, person: Person): string
  /** The trigger was accepted; nothing more happens under this errand. */
  finish(id: string): void
}

type Held = {
  readonly errand: Errand
  readonly person: Person
  readonly at: number
  ticket: string | undefined
  digest?: string
}

export function createHandOvers(wall: Clock): HandOvers {
  const held = new Map<string, Held>()
  const age = (each: Held) => wall.now() - each.at
  const heldFor = (id: string, person: Person): Held => {
    const found = held.get(id)
    const usable = found !== undefined && age(found) <= handOverLimits.errandMillis
    if (!usable || found.person.name !== person.name) throw new Declined('HandOverInvalid')
    return found
  }
  return {
    open: (person, proposal) => {
      for (const [id, each] of held) if (age(each) > handOverLimits.errandMillis) held.delete(id)
      const oldest = held.size >= handOverLimits.errandsMax ? held.keys().next().value : undefined
      if (oldest !== undefined) held.delete(oldest)
      const errand = { id: newToken(), ...proposal }
      const ticket = newToken()
      held.set(errand.id, { errand, person, at: wall.now(), ticket })
      return { errand, ticket }
    },
    redeem: (ticket) => {
      const found = [...held.values()].find((each) => each.ticket === ticket)
      if (found === undefined) throw new Declined('HandOverInvalid')
      found.ticket = undefined
      if (age(found) > handOverLimits.ticketMillis) throw new Declined('HandOverInvalid')
      return { errand: found.errand, person: found.person }
    },
    find: (id, person) => heldFor(id, person).errand,
    signed: (id, person, digest) => {
      heldFor(id, person).digest = digest
    },
    digestOf: (id, person) => {
      const { digest } = heldFor(id, person)
      if (digest === undefined) throw new Declined('NotSigned')
      return digest
    },
    finish: (id) => void held.delete(id),
  }
}

/** What the trigger of an action is called at the CSMS. */
export const triggerOf = { charge: 'start', stop: 'stop' } as const satisfies Record<
  ArmAction,
  string
>
