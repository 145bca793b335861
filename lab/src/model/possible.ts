import type { Happening } from './happening.ts'
import type { Home } from './home.ts'
import type { Scenario, Signed } from './scenario.ts'
import { isUp } from './failing.ts'

/** How often each kind of event came in this history, and what was done once. */
export type Spent = Record<keyof Scenario['most'], number> & {
  /** Arms handed in and triggers sent, in order of name. */
  done: readonly string[]
}

/** Everything that may happen next. What is not done is thereby lost, or late. */
export function possible(
  scenario: Scenario,
  home: Home,
  signed: Signed,
  spent: Spent,
): readonly Happening[] {
  const { most, repeats } = scenario
  const may = (kind: keyof Scenario['most']): boolean => spent[kind] < most[kind]
  const again = (what: Scenario['repeats'][number]): boolean =>
    may('repeat') && repeats.includes(what)
  const isDone = (what: string): boolean => spent.done.includes(what)
  const stationUp = isUp(home, 'station')
  const list: Happening[] = []
  if (isUp(home, 'company')) {
    for (const arm of signed.arms.keys())
      if (!isDone(`arm ${arm}`) || again('submit')) list.push({ do: 'submit', arm })
    for (const arm of signed.arms.keys())
      if (isDone(`arm ${arm}`) && again('replay')) list.push({ do: 'replay', arm })
  }
  for (const parcel of home.post.waiting()) list.push({ do: 'arrive', parcel })
  if (home.csms.connected())
    for (const name of signed.triggers.keys())
      if (!isDone(`trigger ${name}`) || again('trigger')) list.push({ do: 'trigger', name })
  if (may('tick')) for (const millis of scenario.ticks) list.push({ do: 'tick', millis })
  for (const part of scenario.fails)
    if (!isUp(home, part)) list.push({ do: 'return', part })
    else if (may('fail')) list.push({ do: 'fail', part })
  if (may('cut') && home.link.connected()) list.push({ do: 'cut' })
  if (may('press') && stationUp)
    for (const button of scenario.presses) list.push({ do: 'press', button })
  if (may('sample'))
    for (const hertz of scenario.hertz) {
      if (isUp(home, 'llcs')) list.push({ do: 'sample', at: 'llcs', hertz })
      if (stationUp) list.push({ do: 'sample', at: 'station', hertz })
    }
  return list
}

export function spend(spent: Spent, happening: Happening): void {
  if (happening.dies !== undefined) spent.fail += 1
  switch (happening.do) {
    case 'submit':
      return once(spent, `arm ${happening.arm}`)
    case 'trigger':
      return once(spent, `trigger ${happening.name}`)
    case 'replay':
      spent.repeat += 1
      return
    case 'tick':
    case 'fail':
    case 'press':
    case 'sample':
    case 'cut':
      spent[happening.do] += 1
      return
    case 'arrive':
    case 'say':
    case 'return':
  }
}

function once(spent: Spent, what: string): void {
  if (spent.done.includes(what)) spent.repeat += 1
  else spent.done = [...spent.done, what].sort()
}
