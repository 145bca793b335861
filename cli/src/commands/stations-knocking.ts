import { exits, type Command } from '../command.ts'
import { refuse } from '../refusal.ts'
import { answered, atDesk, deskFlags } from '../stations/at-desk.ts'

type Knock = { readonly id: string; readonly times: number; readonly reason: string }

/** A CSMS remembers no more than this many. */
const knocksMax = 1_000

export const stationsKnocking: Command = {
  name: 'stations knocking',
  summary: 'the unknown stations that came to a CSMS, and why each is kept out',
  usage: 'interlock stations knocking --data DIR | --csms URL --identity DIR --trust FILE',
  example: 'interlock stations knocking --data street',
  flags: deskFlags,
  run: async ({ flags, print }) => {
    const answer = await atDesk(flags, async (ask) =>
      answered(await ask('GET', `/knocks?limit=${knocksMax}`)),
    )
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    const { items: knocks } = answer.value as { items: readonly Knock[] }
    const lines = knocks.map(({ id, times, reason }) => `${id.padEnd(24)}${times} × ${reason}`)
    const words = knocks.length === 0 ? ['nobody is knocking'] : lines
    print({ knocks }, words.join('\n'))
    return exits.done
  },
}
