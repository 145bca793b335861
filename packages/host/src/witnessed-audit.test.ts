import { readFileSync, rmSync } from 'node:fs'
import { instant, millis, ok, type Clock, type Outcome } from '@interlock/kernel'
import { stateWitness, type AuditCheckpoint } from '@interlock/ledger'
import { fromPem } from '@interlock/pki'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { openAudit } from './audit-file.ts'
import { temporaryDir } from './files.ts'
import { testHierarchy } from './identity.fixture.ts'
import { silentLog } from './log.ts'
import { nodeCrypto } from './node-crypto.ts'
import { keepWitnessed, type AskWitness } from './witnessed-audit.ts'
import { readWitness } from './witness-file.ts'

const hierarchy = testHierarchy()
const identity = hierarchy.identity('csms', 'csms')
const supervisor = hierarchy.identity('supervisor', 'supervisor')
const roots = fromPem(hierarchy.rootPem, 'CERTIFICATE')
const dirs: string[] = []
let data = ''
let asked: AuditCheckpoint[] = []

beforeEach(() => {
  vi.useFakeTimers({ now: 1_767_636_000_000 })
  data = temporaryDir('interlock-witnessed')
  dirs.push(data)
  asked = []
})
afterAll(() => {
  vi.useRealTimers()
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
})

const clock: Clock = {
  now: () => instant(Date.now()),
  after(delay, _label, work) {
    const timer = setTimeout(() => void work(), delay)
    return { cancel: () => clearTimeout(timer) }
  },
}
const hours = (count: number) => vi.advanceTimersByTimeAsync(millis(count * 3_600_000))
const witness = (checkpoint: AuditCheckpoint): Outcome<unknown, string> =>
  ok(
    stateWitness(
      { checkpoint, signer: identity.peer.eui, witnessedAt: Date.now() },
      supervisor,
      nodeCrypto,
    ),
  )

function open(answer: AskWitness) {
  const path = `${data}/audit.jsonl`
  const audit = openAudit({ path, actor: 'csms', clock, identity, checkpointEvery: 3 })
  const keeper = keepWitnessed({
    audit,
    data,
    actor: 'csms',
    roots,
    deps: { clock, log: silentLog },
    ask(checkpoint) {
      asked.push(checkpoint)
      return answer(checkpoint)
    },
  })
  const close = async (): Promise<void> => {
    await keeper.close()
    audit.close()
  }
  return { audit, close }
}
const kept = () => readWitness(`${data}/witness.jsonl`).map(({ checkpoint }) => checkpoint.seq)
const kinds = () =>
  [...readFileSync(`${data}/audit.jsonl`, 'utf8').matchAll(/"kind":"(\w+)"/g)].map(([, k]) => k)

test('a trail is witnessed every hour in which something happened, and after so many records', async () => {
  const { audit, close } = open(async (checkpoint) => witness(checkpoint))
  audit.record('One', {})
  await hours(1)
  expect(kept()).toEqual([1])
  await hours(5)
  expect(kept()).toEqual([1])
  for (let count = 0; count < 4; count++) audit.record('More', {})
  await hours(0)
  expect(kept()).toEqual([1, 5])
  await close()
})

test('without a witness nothing is held up; the newest checkpoint is asked for again until it is kept', async () => {
  let away = true
  const { audit, close } = open(async (checkpoint) => {
    if (away) throw new Error('gone')
    return witness(checkpoint)
  })
  audit.record('One', {})
  await hours(1)
  audit.record('Two', {})
  await hours(1)
  expect(asked.length).toBeGreaterThan(10)
  expect(kept()).toEqual([])
  away = false
  await hours(1)
  expect(kept()).toEqual([3])
  await close()
})

test('a witness that says no is recorded, and is not asked the same again', async () => {
  const { audit, close } = open(async () => ({ ok: false, reason: 'CheckpointConflict' }))
  audit.record('One', {})
  await vi.advanceTimersByTimeAsync(3_600_000 + 1_800_000)
  expect(asked).toHaveLength(1)
  expect(kinds()).toContain('WitnessRefused')
  await close()
})

test('a carrier that answers with a statement about something else is found out', async () => {
  const older: Outcome<unknown, string>[] = []
  const { audit, close } = open(async (checkpoint) => {
    older.push(witness(checkpoint))
    return older[0] as Outcome<unknown, string>
  })
  audit.record('One', {})
  await hours(1)
  audit.record('Two', {})
  await hours(1)
  expect(kept()).toEqual([1])
  expect(kinds()).toContain('WitnessRefused')
  await close()
})
