import { openBrowserSession } from './browser-session.ts'
import { goalOf, type TellGoal } from './cars.ts'
import type { Pages } from './open-pages.ts'

/** The drivers, simulated: each says on the console when the car must leave and what it needs. */
export async function tellGoals(pages: Pages): Promise<TellGoal> {
  const session = openBrowserSession(pages.web.consoleUrl)
  await session.signIn('resident', pages.passwords.resident)
  return async ({ home }, car) => {
    await session.post(`/api/stations/${home.stationId}/goal`, goalOf(car))
  }
}
