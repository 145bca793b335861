import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { instant, type Clock } from '@interlock/kernel'
import { appendRecord, emptyHead, type AuditProblemReason } from '@interlock/ledger'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { openAudit } from './audit-file.ts'
import { failingDisk } from './failing-disk.fixture.ts'
import { temporaryDir } from './files.ts'
import { testHierarchy } from './identity.fixture.ts'
import { nodeCrypto } from './node-crypto.ts'
import { verifyAuditFile } from './verify-audit.ts'

const dir = temporaryDir('interlock-audit')
const hierarchy = testHierarchy()
const identity = hierarchy.identity('csms', 'csms')
let path = ''
let number = 0
let time = 0
const clock: Clock = { now: () => instant(time), after: () => ({ cancel: () => {} }) }
const options = () => ({ path, actor: 'csms', clock, identity })

beforeEach(() => {
  path = join(dir, `audit-${++number}.jsonl`)
  time = 1_767_636_000_000
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** A trail of six records, the fourth a checkpoint. */
function written(): string[] {
  const audit = openAudit({ path, actor: 'csms', clock, identity })
  for (const watts of [7400, 0, 3600]) {
    audit.record('SetChargingProfile', { watts })
    time += 1000
  }
  audit.checkpoint()
  audit.record('Reset', { station: 'station-1' })
  audit.close()
  return lines()
}
const lines = (): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1)
const rewrite = (changed: readonly (string | undefined)[]): void =>
  writeFileSync(path, changed.map((line) => `${line}\n`).join(''))
const edited = (line: string | undefined, change: object): string =>
  JSON.stringify({ ...JSON.parse(line ?? ''), ...change })

test('a trail verifies from its first record to its last, checkpoints included', async () => {
  written()
  const report = await verifyAuditFile(path, { roots: [hierarchy.rootPem] })
  expect(report).toMatchObject({ records: 6, checkpoints: 2, torn: false })
  expect(report.problem).toBeUndefined()
})

test('opened again, it continues where it was', async () => {
  written()
  const audit = openAudit(options())
  expect(audit.head().seq).toBe(6)
  expect(audit.record('Opened', {}).prev).toBe(
    (JSON.parse(lines()[5] ?? '') as { hash: string }).hash,
  )
  audit.close()
  expect((await verifyAuditFile(path)).problem).toBeUndefined()
})

const tampering: [string, AuditProblemReason, number, (all: string[]) => (string | undefined)[]][] =
  [
    ['an edited field', 'Edited', 2, (all) => all.with(1, edited(all[1], { kind: 'Nothing' }))],
    ['edited spacing', 'Edited', 2, (all) => all.with(1, (all[1] ?? '').replace(':', ': '))],
    ['a record made anew', 'Edited', 3, (all) => all.with(1, remade(all, 1, { watts: 1 }))],
    ['a back-dated record', 'BackDated', 2, (all) => all.with(1, edited(all[1], { at: 1 }))],
    ['a deleted record', 'Deleted', 3, (all) => all.toSpliced(2, 1)],
    ['a deleted beginning', 'Deleted', 1, (all) => all.slice(2)],
    ['two swapped records', 'Reordered', 2, ([a, b, c, ...rest]) => [a, c, b, ...rest]],
    ['a record moved to the end', 'Reordered', 2, ([a, b, ...rest]) => [a, ...rest, b]],
    ['a repeated record', 'Reordered', 3, ([a, b, ...rest]) => [a, b, b, ...rest]],
    ['a line that is no record', 'Malformed', 2, (all) => all.with(1, '{"watts":1}')],
    ['a line that is not JSON', 'Malformed', 2, (all) => all.with(1, 'nothing to see here')],
    ['an empty line', 'Malformed', 2, (all) => all.toSpliced(1, 0, '')],
    ['a trail forged from there on', 'CheckpointInvalid', 4, (all) => forged(all, 1)],
  ]

/** The line with other data and a hash that fits it, as someone without the key can make it. */
function remade(all: string[], at: number, data: object): string {
  const { hash: _hash, ...body } = JSON.parse(all[at] ?? '') as { hash: string; prev: string }
  const head = { ...emptyHead, seq: at, hash: body.prev }
  return appendRecord(head, { ...body, data } as never, nodeCrypto).line
}

/** Every line from `at` on made anew, so that the whole chain fits. */
function forged(all: string[], at: number): string[] {
  let head = emptyHead
  return all.map((line, i) => {
    const { at: time, actor, kind, data } = JSON.parse(line)
    const forgery = i === at ? { watts: 1 } : data
    const next = appendRecord(head, { at: time, actor, kind, data: forgery }, nodeCrypto)
    head = next.head
    return next.line
  })
}

test.each(tampering)('%s is %s', async (_words, reason, line, change) => {
  rewrite(change(written()))
  const { problem } = await verifyAuditFile(path, { roots: [hierarchy.rootPem] })
  expect(problem).toEqual({ line, reason })
})

test('a checkpoint is trusted only under the roots given, and from one signer', async () => {
  written()
  const roots = [testHierarchy().rootPem]
  expect((await verifyAuditFile(path, { roots })).problem?.reason).toBe('CheckpointInvalid')
  const other = openAudit({ ...options(), identity: hierarchy.identity('dsrsp', 'dsrsp') })
  other.checkpoint()
  other.close()
  expect((await verifyAuditFile(path)).problem).toEqual({ line: 7, reason: 'CheckpointInvalid' })
})

test('checkpoints come by themselves after so many records', async () => {
  const audit = openAudit({ ...options(), checkpointEvery: 10 })
  for (let i = 0; i < 35; i++) audit.record('Routine', { i })
  audit.close()
  expect(await verifyAuditFile(path)).toMatchObject({ records: 39, checkpoints: 4 })
})

test('a trail that is damaged at its end is not continued', () => {
  const all = written()
  rewrite(all.with(4, edited(all[4], { kind: 'Nothing' })))
  const before = readFileSync(path)
  expect(() => openAudit(options())).toThrow(
    expect.objectContaining({
      code: 'AuditDamaged',
      message: expect.stringContaining('Edited'),
      remedy: expect.any(String),
    }),
  )
  expect(readFileSync(path)).toEqual(before)
})

test('cut short by a crash, it goes on after the last whole record, and says so', async () => {
  const whole = Buffer.from(
    written()
      .map((line) => `${line}\n`)
      .join(''),
  )
  for (let size = 1; size < whole.length; size += 97) {
    writeFileSync(path, whole.subarray(0, size))
    const cut = whole[size - 1] === 0x0a ? 0 : 1
    const before = lines().length
    expect((await verifyAuditFile(path)).torn).toBe(cut === 1)
    const audit = openAudit({ path, actor: 'csms', clock })
    expect(audit.head().seq).toBe(before + cut)
    audit.close()
    const report = await verifyAuditFile(path)
    expect(report.problem).toBeUndefined()
    expect(report.torn).toBe(false)
  }
})

test('a clock that is set back does not look like a forger', async () => {
  const audit = openAudit(options())
  const first = audit.record('Routine', {})
  time -= 3_600_000
  expect(audit.record('Routine', {}).at).toBe(first.at)
  audit.close()
  expect((await verifyAuditFile(path)).problem).toBeUndefined()
})

test('what is critical is on the disk before it returns, and only that waits for it', () => {
  const disk = failingDisk()
  const audit = openAudit(options(), disk)
  audit.record('Routine', {})
  expect(disk.syncs).toBe(0)
  audit.critical('Countersigned', {})
  expect(disk.syncs).toBe(1)
  audit.close()
})

test('a full disk is a Fault, leaves no half record, and the trail goes on when there is space', async () => {
  const disk = failingDisk()
  const audit = openAudit(options(), disk)
  audit.record('Routine', {})
  const head = audit.head()
  disk.fails.write = 'ENOSPC'
  disk.writtenBytes = 20
  const writes = [() => audit.record('Reset', {}), () => audit.critical('Reset', {})]
  for (const write of writes)
    expect(write).toThrow(expect.objectContaining({ code: 'DiskFull', remedy: expect.any(String) }))
  expect(() => audit.checkpoint()).toThrow(expect.objectContaining({ code: 'DiskFull' }))
  expect(audit.head()).toEqual(head)
  delete disk.fails.write
  audit.record('Routine', {})
  audit.close()
  expect((await verifyAuditFile(path)).problem).toBeUndefined()
})

test('closing on a full disk loses the last checkpoint, not the records', async () => {
  const disk = failingDisk()
  const audit = openAudit(options(), disk)
  audit.record('Routine', {})
  disk.fails.write = 'ENOSPC'
  audit.close()
  audit.close()
  expect(await verifyAuditFile(path)).toMatchObject({ records: 1, checkpoints: 0, torn: false })
})

test('a trail larger than what is read at once verifies, and is continued from its end', async () => {
  const padding = 'x'.repeat(2000)
  const audit = openAudit({ path, actor: 'csms', clock })
  for (let i = 0; i < 1200; i++) audit.record('Routine', { i, padding })
  audit.close()
  const again = openAudit({ path, actor: 'csms', clock })
  again.record('Routine', {})
  again.close()
  expect(await verifyAuditFile(path)).toMatchObject({ records: 1201 })
  const all = lines()
  rewrite(all.with(900, edited(all[900], { at: 1 })))
  expect((await verifyAuditFile(path)).problem).toEqual({ line: 901, reason: 'BackDated' })
})

test('a line without end is not read to its end', async () => {
  writeFileSync(path, 'x'.repeat(3_000_000))
  expect((await verifyAuditFile(path)).problem).toEqual({ line: 1, reason: 'Malformed' })
})

test('the file is for its owner only, and a missing one is named', async () => {
  written()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await expect(verifyAuditFile(join(dir, 'missing'))).rejects.toMatchObject({ code: 'FileMissing' })
})
