import { instant, type Entropy, type Instant } from '@interlock/kernel'
import type { FrequencyRow } from '../files/frequency-file.ts'

/**
 * The built-in model of a frequency event, for runs without a file: one bus, the swing equation
 * `df/dt = f0·ΔP·f0 / (2·E·f)` (E in MW·s of stored energy) in steps of 10 ms, load damping of
 * 1.8 % per hertz, response that is full within 10 s and replaced after two minutes. Illustrative:
 * its shape is that of 9 August 2019, its figures are not a forecast.
 */
const nominalHertz = 50
const storedMegawattSeconds = 140_000
const demandMegawatts = 20_000
const dampingPerHertz = 0.018
const responseMegawatts = 1_200
const responseHertzFull = 0.5
const responseSeconds = 10
const reserveAfterSeconds = 120
const reserveSeconds = 60
const stepSeconds = 0.01

/** One reading a second, from 30 s before the loss until 8 minutes after it. */
export function gridEvent(lossAt: Instant, entropy: Entropy): readonly FrequencyRow[] {
  const lossMegawatts = 1_200 + entropy.below(200)
  const rows: FrequencyRow[] = []
  let hertz = nominalHertz
  let response = 0
  for (let step = 0, seconds = -30; seconds <= 480; step++, seconds = -30 + step * stepSeconds) {
    if (step % 100 === 0)
      rows.push({
        at: instant(lossAt + Math.round(seconds) * 1000),
        hertz: Math.round((hertz + (entropy.below(7) - 3) / 1000) * 1000) / 1000,
      })
    const loss = seconds < 0 ? 0 : lossMegawatts
    const reserve = loss * ramp(seconds - reserveAfterSeconds, reserveSeconds)
    const wanted =
      responseMegawatts * Math.max(0, Math.min(1, (nominalHertz - hertz) / responseHertzFull))
    const rate = (responseMegawatts / responseSeconds) * stepSeconds
    response += Math.max(-rate, Math.min(rate, wanted - response))
    const damping = demandMegawatts * dampingPerHertz * (nominalHertz - hertz)
    const surplus = response + reserve + damping - loss
    hertz +=
      ((surplus * nominalHertz * nominalHertz) / (2 * storedMegawattSeconds * hertz)) * stepSeconds
  }
  return rows
}

const ramp = (since: number, over: number): number => Math.max(0, Math.min(1, since / over))
