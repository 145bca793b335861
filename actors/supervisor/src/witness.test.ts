import { rmSync } from 'node:fs'
import {
  httpClient,
  httpWitness,
  keepWitnessed,
  openAudit,
  readWitness,
  silentLog,
  temporaryDir,
} from '@interlock/host'
import { inHours, inMinutes, instant, unobserved, type Clock, type Timer } from '@interlock/kernel'
import type { AuditCheckpoint, WitnessStatement } from '@interlock/ledger'
import { fromPem } from '@interlock/pki'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { noon, openWorld, type World } from './world.fixture.ts'

let world: World
const data = temporaryDir('interlock-waiting')
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world.close()
  rmSync(data, { recursive: true, force: true })
})

/** The actor's own clock, moved by hand. */
function handClock() {
  let now: number = noon
  const timers = new Set<{ at: number; work: () => void | Promise<void> }>()
  const clock: Clock = {
    now: () => instant(now),
    after(delay, _label, work): Timer {
      const timer = { at: now + delay, work }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
  }
  const advance = (by: number): void => {
    now += by
    for (const timer of timers) {
      if (timer.at > now || !timers.delete(timer)) continue
      void timer.work()
    }
  }
  return { clock, advance }
}

test('a checkpoint that waits while the supervisor is stopped is delivered when it is back', async () => {
  const { clock, advance } = handClock()
  const identity = world.csms
  const trust = { roots: [world.charging.rootPem] }
  const http = httpClient({ identity, trust, activity: unobserved, expectRole: 'supervisor' })
  const path = `${data}/audit.jsonl`
  const audit = openAudit({ path, actor: 'csms', clock, identity })
  const asked: AuditCheckpoint[] = []
  let failed = 0
  const keeper = keepWitnessed({
    audit,
    data,
    actor: 'csms',
    roots: fromPem(world.charging.rootPem, 'CERTIFICATE'),
    deps: { clock, log: silentLog },
    // Its port is another one after each start.
    async ask(checkpoint) {
      asked.push(checkpoint)
      const url = `https://127.0.0.1:${world.running().port}`
      return httpWitness(
        http,
        url,
      )(checkpoint).catch((cause: unknown) => {
        failed++
        throw cause
      })
    },
  })
  const kept = () => readWitness(`${data}/witness.jsonl`).map(({ checkpoint }) => checkpoint.seq)
  const listed = async () => {
    const { body } = await world.ask(world.csms, 'GET', '/api/v1/checkpoints/csms')
    return (body as unknown as WitnessStatement[]).map(({ checkpoint }) => checkpoint.seq)
  }

  audit.record('Before', {})
  advance(inHours(1))
  await vi.waitFor(() => expect(kept()).toHaveLength(1), 30_000)
  const [first] = kept()

  await world.restart(async () => {
    audit.record('Meanwhile', {})
    advance(inHours(1))
    await vi.waitFor(() => expect(failed).toBe(1), 30_000)
    advance(inMinutes(5))
    await vi.waitFor(() => expect(failed).toBe(2), 30_000)
    expect(kept()).toEqual([first])
  })
  expect(await listed()).toEqual([first])

  const waiting = asked.at(-1)
  advance(inMinutes(5))
  await vi.waitFor(() => expect(kept()).toEqual([first, waiting?.seq]), 30_000)
  expect(asked.at(-1)).toBe(waiting)
  expect(await listed()).toEqual([waiting?.seq, first])

  // What it witnessed before it was stopped binds it still.
  const older = asked[0]
  const changed = await world.ask(world.csms, 'POST', '/api/v1/checkpoints', older)
  expect(changed).toMatchObject({ status: 409, body: { reason: 'CheckpointConflict' } })
  await keeper.close()
  audit.close()
  await http.close()
})
