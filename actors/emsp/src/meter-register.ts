import type { RegisteredMeter } from '@interlock/billing'
import { outcomeOf, type HttpClient } from '@interlock/host'
import { Fault, fromIso, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

const Meters = Type.Object({
  meters: Type.Array(
    Type.Object({
      serial: Type.String(),
      publicKey: Type.String(),
      ratingWatts: Type.Number(),
      from: Type.String(),
    }),
    { maxItems: 100 },
  ),
})
const shape = Compile(Meters)

export type AskMeter = (
  evseId: string,
  at: Instant,
) => Promise<Outcome<RegisteredMeter | undefined, 'Unavailable'>>

/** The meter that a charging point had at a time, by the supervisor's register and nobody else. */
export const meterRegister =
  (http: HttpClient, supervisor: string): AskMeter =>
  async (evseId, at) => {
    try {
      const url = `${supervisor}/api/v1/meters/${encodeURIComponent(evseId)}`
      const answer = outcomeOf(await http.request('GET', url))
      if (!answer.ok) return refused('Unavailable', answer.reason)
      if (!shape.Check(answer.value)) return refused('Unavailable', 'a register that says nothing')
      const known = answer.value.meters.flatMap(({ from, ...meter }) => {
        const since = fromIso(from)
        return since === undefined || since > at ? [] : [{ since, meter }]
      })
      known.sort((one, other) => other.since - one.since)
      return ok(known[0]?.meter)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return refused('Unavailable', error.message)
    }
  }
