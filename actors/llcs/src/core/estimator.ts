/**
 * Grid frequency from the sampled waveform: phasors of Hann-windowed cycles, demodulated at 50 Hz, and
 * a least-squares parabola through their phases. Its slope at the centre is the frequency, its
 * bend the rate of change; what it leaves over shows a jump of phase, which is no change of frequency.
 */

/** Why an estimate is not to be acted on. */
export type Doubt =
  /** Too little voltage, or too much, for a mains supply. */
  | 'AmplitudeImplausible'
  /** The phase has jumped, as when lines are switched nearby. */
  | 'PhaseJump'
  /** Faster than the inertia of a grid allows. */
  | 'RocofImplausible'

export type Estimate = {
  /** Seconds from the first sample to the centre of the window. */
  readonly atSeconds: number
  readonly hertz: number
  readonly rocofHertzPerSecond: number
  readonly doubt?: Doubt
}

export type Estimator = {
  /** One sample of the voltage comes in; every cycle an estimate comes out once the window is full. */
  push(volts: number): Estimate | undefined
}

export type EstimatorOptions = {
  /** A multiple of 50. */
  readonly sampleRateHertz: number
  /** Root mean square, 230 in Britain. */
  readonly nominalVolts: number
}

const nominalHertz = 50
/** Of the window of one phasor: its zeros fall on the harmonics, and near them off nominal. */
const cyclesPerPhasor = 4
/** One a cycle; together they span 280 ms, so an estimate is 140 ms old. */
const phasorCount = 11
/** Of the nominal voltage: outside these the sensor, not the grid, is to blame. */
const amplitudeParts = { least: 0.5, most: 1.5 } as const
/** Radians, root mean square. Noise at 40 dB leaves a fifth of it, a jump of 3° twice as much. */
const residueMax = 0.01
/** Protection acts at 1 Hz/s; an islanded grid is not ours to help. */
const rocofMax = 2

export function createEstimator({ sampleRateHertz, nominalVolts }: EstimatorOptions): Estimator {
  const perCycle = sampleRateHertz / nominalHertz
  const length = perCycle * cyclesPerPhasor
  const taps = tapsOf(length, perCycle)
  const ring = new Float64Array(length)
  const phases: number[] = []
  const amplitudes: number[] = []
  let count = 0
  let held: { readonly at: number; readonly hertz: number } | undefined

  const phasor = (): void => {
    let [real, imaginary] = [0, 0]
    for (let tap = 0; tap < length; tap += 1) {
      const value = ring[(count + tap) % length] ?? 0
      real += value * (taps.cosine[tap] ?? 0)
      imaginary -= value * (taps.sine[tap] ?? 0)
    }
    const before = phases.at(-1)
    phases.push(unwrapped(Math.atan2(imaginary, real), before))
    amplitudes.push(Math.hypot(real, imaginary) / Math.SQRT2)
    if (phases.length > phasorCount) {
      phases.shift()
      amplitudes.shift()
    }
  }

  const doubtOf = (fit: Fit, at: number, hertz: number): Doubt | undefined => {
    const { least, most } = amplitudeParts
    const parts = amplitudes.map((volts) => volts / nominalVolts)
    if (parts.some((part) => !(part >= least && part <= most))) return 'AmplitudeImplausible'
    if (fit.residue > residueMax) return 'PhaseJump'
    const reach = held === undefined ? Infinity : rocofMax * (at - held.at)
    const change = held === undefined ? 0 : Math.abs(hertz - held.hertz)
    return Math.abs(fit.rocof) > rocofMax || change > reach ? 'RocofImplausible' : undefined
  }

  return {
    push(volts) {
      ring[count % length] = volts
      count += 1
      if (count < length || count % perCycle !== 0) return undefined
      phasor()
      if (phases.length < phasorCount) return undefined
      const fit = parabola(phases)
      const hertz = nominalHertz + fit.slope
      const atSeconds =
        (count - length / 2) / sampleRateHertz - (phasorCount - 1) / 2 / nominalHertz
      const doubt = doubtOf(fit, atSeconds, hertz)
      if (doubt === undefined) held = { at: atSeconds, hertz }
      const estimate = { atSeconds, hertz, rocofHertzPerSecond: fit.rocof }
      return doubt === undefined ? estimate : { ...estimate, doubt }
    },
  }
}

/** Hann window times the nominal oscillation; the phase is that of the window's centre. */
function tapsOf(length: number, perCycle: number) {
  const cosine = new Float64Array(length)
  const sine = new Float64Array(length)
  // The window sums to half its length, and a cosine holds half its amplitude at 50 Hz.
  const scale = 4 / length
  for (let tap = 0; tap < length; tap += 1) {
    const weight = (scale * (1 - Math.cos((2 * Math.PI * (tap + 0.5)) / length))) / 2
    const angle = (2 * Math.PI * (tap + 0.5 - length / 2)) / perCycle
    cosine[tap] = weight * Math.cos(angle)
    sine[tap] = weight * Math.sin(angle)
  }
  return { cosine, sine }
}

const turn = 2 * Math.PI

const unwrapped = (phase: number, before: number | undefined): number =>
  before === undefined ? phase : phase + turn * Math.round((before - phase) / turn)

type Fit = {
  /** Hertz above nominal at the centre. */
  readonly slope: number
  /** Hertz per second. */
  readonly rocof: number
  /** Root mean square of what the parabola leaves over, radians. */
  readonly residue: number
}

/** Least squares about the centre, where slope and bend do not mix. */
function parabola(phases: readonly number[]): Fit {
  const centre = (phases.length - 1) / 2
  const mean = phases.reduce((sum, phase) => sum + phase, 0) / phases.length
  const spread = (phases.length ** 2 - 1) / 12
  let [linear, square, bend, bends] = [0, 0, 0, 0]
  phases.forEach((phase, index) => {
    const x = index - centre
    const curve = x * x - spread
    linear += x * (phase - mean)
    square += x * x
    bend += curve * (phase - mean)
    bends += curve * curve
  })
  const [perCycle, perCycleSquared] = [linear / square, bend / bends]
  const left = phases.reduce((sum, phase, index) => {
    const x = index - centre
    return sum + (phase - mean - perCycle * x - perCycleSquared * (x * x - spread)) ** 2
  }, 0)
  return {
    slope: (perCycle * nominalHertz) / turn,
    rocof: (2 * perCycleSquared * nominalHertz ** 2) / turn,
    residue: Math.sqrt(left / phases.length),
  }
}
