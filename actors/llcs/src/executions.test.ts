import { encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { eui64, Fault, inHours, plus, toBase64 } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { newMemory, type Memory } from './core/memory.ts'
import { createExecutions } from './executions.ts'
import { crypto, llcs, supplier } from './fixture/parties.fixture.ts'
import { start } from './fixture/scene.fixture.ts'
import type { Llcs } from './llcs.ts'

const from = plus(start, inHours(1))
const calendar = signPreCommand(
  encodePreCommand({
    useCase: 'ECS46d',
    originator: supplier.peer.organisation,
    target: eui64(llcs.peer.eui),
    counter: 1n,
    entries: [],
    specialDays: [{ year: 'any', month: 12, day: 1 }],
    execution: from,
  }),
  supplier.key,
  crypto,
)

test.each(['memory', 'audit'] as const)(
  'that a date has come is told, also where the disk of the %s was full when it came',
  async (disk) => {
    const clock = testClock(start)
    const full = new Set<string>()
    const check = (what: string): void => {
      if (full.has(what)) throw new Fault('DiskFull', 'no space left')
    }
    const calendars = [{ bytes: toBase64(calendar), from, untold: true }] as const
    const keeper = {
      memory: { ...newMemory, calendars } as Memory,
      commit(change: Partial<Memory>) {
        check('memory')
        this.memory = { ...this.memory, ...change }
      },
    }
    let sent = 0
    const executions = createExecutions({
      keeper,
      audit: { record: () => check('audit') },
      deps: { clock, crypto },
      identity: llcs,
      eui: llcs.peer.eui,
      config: { actor: 'llcs-1' },
      sendAlerts: () => Promise.resolve(void sent++),
    } as unknown as Llcs)
    executions.start()
    full.add(disk)
    const first = clock.advance(inHours(1))
    await expect(first).rejects.toMatchObject({ code: 'DiskFull' })
    full.delete(disk)
    await clock.advance(60_000)
    // One alert for each of its two tables.
    expect([sent, keeper.memory.alerts.length]).toEqual([1, 2])
    expect(keeper.memory.calendars).toEqual([{ bytes: toBase64(calendar), from }])
    expect(clock.armed('llcs-1/calendar')).toBe(false)
    executions.close()
  },
)
