import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { expect, onTestFinished, test } from 'vitest'
import { measureCrossings } from './waveform-figures.ts'

test('a waveform that leaves the band is estimated, and the charger has another set-point after that', async () => {
  const dir = temporaryDir('interlock-waveform')
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const crossings = await measureCrossings({ dir, falls: 2, stop: new AbortController().signal })
  expect(crossings).toHaveLength(2)
  for (const { estimatedMillis, appliedMillis } of crossings) {
    // The age of an estimate, a cycle, and what noise of half a millihertz is at 0.14 Hz/s.
    expect(estimatedMillis).toBeGreaterThan(130)
    expect(estimatedMillis).toBeLessThan(180)
    expect(appliedMillis).toBeGreaterThan(estimatedMillis)
  }
}, 120_000)
