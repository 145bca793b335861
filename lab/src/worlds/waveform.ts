import type { Entropy } from '@interlock/kernel'
import type { FrequencyRow } from '../files/frequency-file.ts'

export type WaveformOptions = {
  readonly sampleRateHertz: number
  readonly volts: number
  /** Of the fundamental to white noise; infinite where there is none. */
  readonly noiseDecibels: number
  /** Parts of the fundamental, by order. */
  readonly harmonics: readonly (readonly [order: number, part: number])[]
  readonly entropy: Entropy
}

/** Third to ninth of a street at its worst (EN 50160 allows 5, 6, 5 and 1.5 %). */
export const streetHarmonics: WaveformOptions['harmonics'] = [
  [3, 0.03],
  [5, 0.04],
  [7, 0.03],
  [9, 0.01],
]

/**
 * The (simulated) mains voltage whose frequency goes in straight lines through the readings, sample by
 * sample, with the true frequency of each.
 */
export function* waveform(
  rows: readonly FrequencyRow[],
  options: WaveformOptions,
): Generator<{ readonly volts: number; readonly hertz: number }> {
  const { sampleRateHertz, entropy, harmonics } = options
  const peak = options.volts * Math.SQRT2
  const noise = options.volts * 10 ** (-options.noiseDecibels / 20)
  const gauss = gaussian(entropy)
  let phase = 0
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1]
    if (next === undefined) return
    const count = Math.round(((next.at - row.at) / 1000) * sampleRateHertz)
    for (let sample = 0; sample < count; sample += 1) {
      const hertz = row.hertz + ((next.hertz - row.hertz) * sample) / count
      let value = Math.sin(phase)
      for (const [order, part] of harmonics) value += part * Math.sin(order * phase)
      yield { volts: peak * value + noise * gauss(), hertz }
      phase += (2 * Math.PI * hertz) / sampleRateHertz
    }
    phase %= 2 * Math.PI
  }
}

/** Standard normal, two at a time (Box and Muller). */
function gaussian(entropy: Entropy): () => number {
  const uniform = (): number => (entropy.below(2 ** 32) + 1) / 2 ** 32
  let spare: number | undefined
  return () => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
