import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { readFrequencyFile } from '../files/frequency-file.ts'
import { replayReadings, replayWaveform } from './replay.ts'

const options = { bandsHertz: [0.2, 0.5], dwellSeconds: 10, longestSeconds: 1_800 }
const rowsOf = (hertz: readonly number[]) =>
  hertz.map((each, second) => ({ at: instant(second * 1000), hertz: each }))
const flat = (seconds: number, hertz = 50): number[] => Array<number>(seconds).fill(hertz)
/** Down to 49.7 in three seconds, a minute there, and back. */
const dip = rowsOf([...flat(30), 49.9, 49.8, ...flat(60, 49.7), 49.85, 49.95, ...flat(30)])

test('a dip arms the narrow band once, for as long as it lasts and the dwell', () => {
  const [narrow, wide] = replayReadings(dip, options)
  expect(narrow).toMatchObject({ bandHertz: 0.2, arms: 1, firstDetectedMillis: 32_000 })
  expect(narrow?.secondsArmed).toBe(70)
  expect(wide).toMatchObject({ arms: 0, secondsArmed: 0, firstDetectedMillis: null })
})

test('the longest response is the longest there is', () => {
  const low = rowsOf([...flat(5), ...flat(600, 49.7)])
  const [narrow] = replayReadings(low, { ...options, longestSeconds: 60 })
  expect(narrow).toMatchObject({ arms: 1, secondsArmed: 60 })
})

const hour = 3_600
test.each([
  ['as long as it dwells once the frequency is lost', 1_800, 10, 12, 1],
  ['at its longest, and not at the next reading', 5, 10, 5, 1],
  ['and as ever where the record goes on soon enough', 1_800, 10, 12, 1, 1],
])(
  'a response ends in a gap of the record %s',
  (_, longestSeconds, dwellSeconds, armed, arms, gap = 3 * hour) => {
    const before = [...flat(5), 49.7]
    const whole = rowsOf([...before, ...flat(gap + 60)])
    const seen = whole.filter(
      (_row, index) => index < before.length || index >= before.length + gap,
    )
    const [narrow] = replayReadings(seen, { ...options, longestSeconds, dwellSeconds })
    expect(narrow).toMatchObject({ arms, secondsArmed: armed })
  },
)

test('a record of a reading a minute has no gap between two of them', () => {
  const minutes = [50, 49.7, 49.7, 49.7, 50, 50].map((hertz, minute) => ({
    at: instant(minute * 60_000),
    hertz,
  }))
  expect(replayReadings(minutes, options)[0]).toMatchObject({ arms: 1, secondsArmed: 240 })
})

test('high is armed as low is', () => {
  const [narrow] = replayReadings(rowsOf([...flat(5), 50.21, ...flat(20)]), options)
  expect(narrow).toMatchObject({ arms: 1, firstDetectedMillis: 5_000 })
})

test('the waveform arms as the readings do, within the estimator’s age, and never inside the band', () => {
  const report = replayWaveform(dip, { ...options, noiseDecibels: 50, seed: 1 })
  const [narrow, wide] = report.settings
  expect(narrow?.arms).toBe(1)
  // The line between two readings crosses the band before the second of them.
  expect(narrow?.firstDetectedMillis).toBeGreaterThan(30_980)
  expect(narrow?.firstDetectedMillis).toBeLessThan(31_300)
  expect(wide?.arms).toBe(0)
  expect(report.falseArms).toBe(0)
  expect(report.rmsErrorMillihertz).toBeLessThan(2)
})

test('at the edge of the band noise arms, and a response inside of it is counted as false', () => {
  const edge = rowsOf(flat(60, 49.81))
  const quiet = replayWaveform(edge, { ...options, noiseDecibels: 50, seed: 1 })
  expect(quiet.falseArms).toBe(0)
  const noisy = replayWaveform(edge, { ...options, noiseDecibels: 22, seed: 1 })
  expect(noisy.falseArms + noisy.doubted).toBeGreaterThan(0)
})

const file = new URL('../../../../shared/data/frequency/', import.meta.url)

test.skipIf(!existsSync(file))(
  'on 9 August 2019 both bands arm; on a real day the wide one does not (skipped: ../shared/data/frequency is absent)',
  () => {
    const of = (name: string) =>
      replayReadings(readFrequencyFile(fileURLToPath(new URL(name, file))), options)
    expect(of('gb-2019-08-09-event-1s.csv').map(({ arms }) => arms > 0)).toEqual([true, true])
    const day = of('gb-2026-06-23-1s.csv.gz')
    expect(day.map(({ arms }) => arms)).toEqual([4, 0])
    expect(day[1]?.firstDetectedMillis).toBeNull()
  },
)
