import { exits, UsageError, type Command } from '../command.ts'
import { texts } from '../flags.ts'

const seconds = { kind: 'whole', value: 'SECONDS', min: 0, max: 3_600 } as const

export const llcsReplay: Command = {
  name: 'llcs replay',
  summary: 'what frequency supervision would have done with a record of the grid',
  usage: 'interlock llcs replay --frequency FILE [--band HERTZ]… [--waveform]',
  example: 'interlock llcs replay --frequency day.csv.gz --band 0.2 --band 0.5',
  flags: {
    frequency: {
      kind: 'text',
      value: 'FILE',
      help: 'one-second readings, CSV or CSV.gz; without --waveform they are taken as measured',
    },
    band: {
      kind: 'texts',
      value: 'HERTZ',
      help: 'arm this far from 50 Hz, in hertz; may be repeated (0.2 and 0.5)',
    },
    dwell: { ...seconds, help: 'seconds inside the band before a response ends (10)' },
    longest: { ...seconds, min: 1, help: 'seconds of the longest response (1800)' },
    waveform: {
      kind: 'switch',
      help: 'through the estimator, which doubts a change too fast for a grid: from a simulated mains waveform with noise and harmonics',
    },
    noise: {
      kind: 'number',
      value: 'DB',
      min: 10,
      max: 120,
      help: 'signal to noise, decibels (50)',
    },
    seed: { kind: 'whole', value: 'N', min: 0, help: 'decides the noise (1)' },
  },
  run: async ({ flags, print, say }) => {
    const { frequency, dwell = 10, longest = 1_800, noise = 50, seed = 1 } = flags
    if (typeof frequency !== 'string') throw new UsageError('which file? --frequency FILE')
    const options = {
      bandsHertz: bandsOf(texts(flags, 'band')),
      dwellSeconds: Number(dwell),
      longestSeconds: Number(longest),
    }
    const { readFrequencyFile, replayReadings, replayWaveform } = await import('@interlock/lab')
    const rows = readFrequencyFile(frequency)
    if (flags['waveform'] !== true) {
      const settings = replayReadings(rows, options)
      print({ readings: rows.length, settings }, settings.map(wordsOf).join('\n'))
      return exits.done
    }
    const report = replayWaveform(rows, {
      ...options,
      noiseDecibels: Number(noise),
      seed: Number(seed),
      onHour: (hours) => say(`${hours} h of the waveform`),
    })
    const { estimates, doubted, rmsErrorMillihertz, falseArms } = report
    const last = `${estimates} estimates, ${rmsErrorMillihertz} mHz rms from the truth, ${doubted} doubted; ${falseArms} responses began inside the band`
    print({ readings: rows.length, ...report }, [...report.settings.map(wordsOf), last].join('\n'))
    return exits.done
  },
}

function bandsOf(given: readonly string[]): readonly number[] {
  if (given.length === 0) return [0.2, 0.5]
  const bands = given.map((text) => {
    const band = Number(text)
    if (text.trim() === '' || !(band >= 0.01 && band <= 1))
      throw new UsageError(`--band: a number from 0.01 to 1, not “${text}”`)
    return band
  })
  const again = bands.find((band, index) => bands.indexOf(band) !== index)
  if (again !== undefined) throw new UsageError(`--band: ${again} is given twice`)
  return bands
}

type Setting = {
  readonly bandHertz: number
  readonly arms: number
  readonly secondsArmed: number
  readonly firstDetectedMillis: number | null
}

const wordsOf = ({ bandHertz, arms, secondsArmed, firstDetectedMillis }: Setting): string =>
  firstDetectedMillis === null
    ? `±${bandHertz} Hz: nothing would have been armed`
    : `±${bandHertz} Hz: armed ${arms} times, ${secondsArmed} s in all, first ${firstDetectedMillis / 1000} s into the record`
