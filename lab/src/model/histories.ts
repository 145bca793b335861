import { inMinutes, inSeconds } from '@interlock/kernel'
import { crypto, owner } from './devices.ts'
import type { World } from './explore.ts'
import type { Happening } from './happening.ts'
import { prelude } from './home.ts'
import { signAll } from './scenario.ts'
import { lives, meetings } from './scenarios.ts'
import type { Given } from './world.ts'

/**
 * An owner's charge and stop, a response by itself, and a supplier's word each way, with a calendar and another
 * provider; each with everything that was sent sent again.
 */
export const histories: Readonly<Record<string, readonly Happening[]>> = {
  'charge now, then stop': [
    { do: 'submit', arm: 'go' },
    { do: 'arrive', parcel: 'wan go' },
    { do: 'trigger', name: 'go' },
    { do: 'submit', arm: 'halt' },
    { do: 'arrive', parcel: 'wan halt' },
    { do: 'trigger', name: 'halt' },
    { do: 'replay', arm: 'go' },
    { do: 'replay', arm: 'halt' },
    { do: 'trigger', name: 'go' },
    { do: 'trigger', name: 'halt' },
    { do: 'tick', millis: inMinutes(2) },
    { do: 'trigger', name: 'halt' },
  ],
  'autonomous response': [
    { do: 'submit', arm: 'relief' },
    { do: 'arrive', parcel: 'wan relief' },
    { do: 'trigger', name: 'curve' },
    { do: 'sample', at: 'station', hertz: 49.6 },
    { do: 'sample', at: 'llcs', hertz: 49.6 },
    { do: 'tick', millis: inSeconds(1) },
    { do: 'sample', at: 'llcs', hertz: 50 },
    { do: 'tick', millis: inSeconds(11) },
    { do: 'sample', at: 'llcs', hertz: 50 },
    { do: 'tick', millis: inMinutes(2) },
    { do: 'replay', arm: 'relief' },
    { do: 'trigger', name: 'curve' },
    { do: 'sample', at: 'station', hertz: 49.6 },
    { do: 'sample', at: 'llcs', hertz: 49.6 },
  ],
  'the supplier switches on, and another provider comes': [
    { do: 'submit', arm: 'on' },
    { do: 'arrive', parcel: 'wan on' },
    { do: 'say', word: 'calendar' },
    { do: 'trigger', name: 'on' },
    { do: 'say', word: 'controller' },
    { do: 'tick', millis: inSeconds(21) },
    { do: 'say', word: 'provider' },
    { do: 'replay', arm: 'on' },
    { do: 'trigger', name: 'on' },
    { do: 'say', word: 'controller' },
    { do: 'tick', millis: inMinutes(2) },
  ],
  'the supplier switches off': [
    { do: 'submit', arm: 'off' },
    { do: 'arrive', parcel: 'wan off' },
    { do: 'trigger', name: 'off' },
    { do: 'tick', millis: inSeconds(21) },
    { do: 'replay', arm: 'off' },
    { do: 'trigger', name: 'off' },
    { do: 'tick', millis: inMinutes(2) },
  ],
}

/** What a history starts with. */
export type Begun = Pick<Given, 'scenario' | 'kept' | 'signed'>

export async function begin(name: string): Promise<Begun> {
  const meeting = [...meetings, ...lives].find((each) => each.name === name)
  if (meeting === undefined) throw new TypeError(name)
  const scenario = { ...meeting, held: [], opening: [] }
  const kept = await prelude(scenario.startAt)
  const signed = signAll(scenario, { owner, transactionId: kept.transactionId }, crypto)
  return { scenario, kept, signed }
}

/** Everything under way arrives. */
export async function deliver(world: World<Happening>): Promise<void> {
  for (let count = 0; count < 10; count += 1) {
    const arrival = world.enabled().find((each) => each.do === 'arrive')
    if (arrival === undefined) return
    await world.apply(arrival)
  }
}
