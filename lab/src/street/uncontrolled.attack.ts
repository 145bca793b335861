import { expect, test } from 'vitest'
import { nameOf, takeoverCommands } from '../attacks/commands.ts'
import { attemptsPerStation } from '../attacks/takeover.ts'
import { ratingWatts } from './address-book.ts'
import { oneDay } from './one-day.fixture.ts'

test('without controls the same attack moves the whole street', async () => {
  const stations = 4
  const off = await oneDay(2, stations, 'off')
  expect(off.attack.commandsSent).toBe(stations * attemptsPerStation)
  // Each kind of command gets through at every charger, whatever its charger can do with it.
  for (const command of takeoverCommands)
    expect(off.attack.unstopped[nameOf(command)], nameOf(command)).toBeGreaterThanOrEqual(stations)
  expect(off.attack.commandsApplied).toBeGreaterThan(off.attack.commandsSent / 3)
  expect(off.attack.loadStepWatts).toBe(off.attack.streetWatts)
  expect(off.attack.streetWatts).toBeGreaterThan(ratingWatts)
  // A charger that obeys answers stops, whoever pressed the button.
  expect(off.attack.answersStepWatts).toBeGreaterThanOrEqual(ratingWatts)
}, 600_000)
