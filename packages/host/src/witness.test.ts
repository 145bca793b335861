import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, instant, type Clock } from '@interlock/kernel'
import { stateWitness, type AuditCheckpoint, type WitnessStatement } from '@interlock/ledger'
import { fromPem } from '@interlock/pki'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { openAudit } from './audit-file.ts'
import { temporaryDir } from './files.ts'
import { testHierarchy } from './identity.fixture.ts'
import { nodeCrypto } from './node-crypto.ts'
import { verifyAuditFile } from './verify-audit.ts'
import { readWitness } from './witness-file.ts'
import { readStatement } from './witness.ts'

const dir = temporaryDir('interlock-witness')
const hierarchy = testHierarchy()
const other = testHierarchy()
const identity = hierarchy.identity('csms', 'csms')
const supervisor = hierarchy.identity('supervisor', 'supervisor')
const roots = [hierarchy.rootPem]
const anchors = fromPem(hierarchy.rootPem, 'CERTIFICATE')
let path = ''
let number = 0
let time = 0
const clock: Clock = { now: () => instant(time), after: () => ({ cancel: () => {} }) }

beforeEach(() => {
  path = join(dir, `audit-${++number}.jsonl`)
  time = 1_767_636_000_000
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const stated = (checkpoint: AuditCheckpoint, by = supervisor): WitnessStatement =>
  stateWitness({ checkpoint, signer: identity.peer.eui, witnessedAt: time + 5 }, by, nodeCrypto)

/** Nine records, the fourth and the eighth checkpoints that were witnessed; the ninth came after. */
function trail(by = identity, watts = [7400, 0, 3600, 1400, 7000, 0]): WitnessStatement[] {
  const audit = openAudit({ path, actor: 'csms', clock, identity: by })
  const statements = []
  for (const [index, value] of watts.entries()) {
    audit.record('SetChargingProfile', { watts: value })
    time += 1000
    if (index % 3 === 2) statements.push(stated(audit.checkpoint()))
  }
  audit.record('Reset', {})
  audit.close()
  return statements
}
const lines = (): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1)
const write = (kept: readonly (string | undefined)[]): void =>
  writeFileSync(path, kept.map((line) => `${line}\n`).join(''))
const verdict = async (statements?: readonly WitnessStatement[]) => {
  const { problem } = await verifyAuditFile(path, { roots, ...(statements && { statements }) })
  return problem === undefined ? 'verifies' : `${problem.line} ${problem.reason}`
}

test('an honest trail agrees with its witness, and what came afterwards is no fault', async () => {
  const statements = trail()
  const report = await verifyAuditFile(path, { roots, statements })
  expect(report).toMatchObject({ witnessed: 2 })
  expect(report.problem).toBeUndefined()
})

test('ATK-23: a trail cut short is found by its witness, and only by it', async () => {
  const statements = trail()
  write(lines().slice(0, 5))
  expect(await verdict()).toBe('verifies')
  expect(await verdict(statements)).toBe('6 Truncated')
})

test('ATK-23: a trail cut to its last checkpoint but one is found by its witness, and only by it', async () => {
  const statements = trail()
  write(lines().slice(0, 4))
  expect(await verdict()).toBe('verifies')
  expect(await verdict(statements)).toBe('5 Truncated')
})

test('ATK-23: an emptied trail is found by its witness, and only by it', async () => {
  const statements = trail()
  write([])
  expect(await verdict()).toBe('verifies')
  expect(await verdict(statements)).toBe('1 Unwitnessed')
})

test('ATK-23: a record taken out, and records out of order, are found with and without', async () => {
  const statements = trail()
  const whole = lines()
  write(whole.filter((_line, index) => index !== 2))
  expect([await verdict(), await verdict(statements)]).toEqual(['3 Deleted', '3 Deleted'])
  write([whole[0], whole[2], whole[1], ...whole.slice(3)])
  expect([await verdict(), await verdict(statements)]).toEqual(['2 Reordered', '2 Reordered'])
})

test('ATK-23: a trail back-dated with the key of its actor is found by its witness, and only by it', async () => {
  const statements = trail()
  rmSync(path)
  time = 1_767_630_000_000
  trail()
  expect(await verdict()).toBe('verifies')
  expect(await verdict(statements)).toBe('3 Rewritten')
})

test('ATK-23: a trail written anew with the key of its actor is found by its witness, and only by it', async () => {
  const statements = trail()
  rmSync(path)
  time = 1_767_636_000_000
  trail(identity, [0, 0, 0, 0, 0, 0])
  expect(await verdict()).toBe('verifies')
  expect(await verdict(statements)).toBe('3 Rewritten')
})

test('ATK-23: a trail written anew under another key is nobody whom the witness knows', async () => {
  const statements = trail()
  rmSync(path)
  trail(hierarchy.identity('csms', 'csms'))
  expect(await verdict()).toBe('verifies')
  expect(await verdict(statements)).toBe('11 Unwitnessed')
})

test('who signs checkpoints of another trail under this name does not spoil it', async () => {
  const stranger = hierarchy.identity('dsrsp', 'csms')
  const foreign = openAudit({ path: `${path}.x`, actor: 'csms', clock, identity: stranger })
  foreign.record('Nothing', {})
  const checkpoint = foreign.checkpoint()
  foreign.close()
  const seen = { checkpoint, signer: stranger.peer.eui, witnessedAt: time }
  const statements = [stateWitness(seen, supervisor, nodeCrypto), ...trail()]
  expect(await verdict(statements)).toBe('verifies')
})

const reasonOf = (value: unknown) => {
  const read = readStatement(value, anchors)
  return read.ok ? 'ok' : read.reason
}

test('a statement is refused unless witness and signer both signed it, and are two', () => {
  const [statement] = trail()
  expect(reasonOf(statement)).toBe('ok')
  expect(reasonOf({ ...statement, more: 1 })).toBe('Malformed')
  expect(reasonOf({ ...statement, witnessedAt: 1 })).toBe('WitnessInvalid')
  const changed = { ...statement?.checkpoint, seq: 2 } as AuditCheckpoint
  expect(reasonOf({ ...statement, checkpoint: changed })).toBe('CheckpointInvalid')
  expect(reasonOf({ ...statement, signer: supervisor.peer.eui })).toBe('CheckpointInvalid')
  const { checkpoint } = statement as WitnessStatement
  expect(reasonOf(stated(checkpoint, other.identity('supervisor', 'x')))).toBe('WitnessInvalid')
  expect(reasonOf(stated(checkpoint, hierarchy.identity('csms', 'x')))).toBe('WitnessNotAllowed')
})

test('nobody is a witness of its own trail', () => {
  const audit = openAudit({ path, actor: 'supervisor', clock, identity: supervisor })
  const checkpoint = audit.checkpoint()
  audit.close()
  const seen = { checkpoint, signer: supervisor.peer.eui, witnessedAt: time }
  expect(reasonOf(stateWitness(seen, supervisor, nodeCrypto))).toBe('WitnessOwn')
})

test('statements are read one a line or as the list that a witness gives, and a bad one by its line', () => {
  const statements = trail()
  const file = join(dir, `witness-${number}`)
  writeFileSync(file, statements.map((each) => `${JSON.stringify(each)}\n`).join('') + '{"torn')
  expect(readWitness(file, roots)).toEqual(statements)
  writeFileSync(file, JSON.stringify(statements))
  expect(readWitness(file, roots)).toEqual(statements)
  writeFileSync(file, `${JSON.stringify(statements[0])}\n{}\n`)
  expect(() => readWitness(file, roots)).toThrow(Fault)
  expect(() => readWitness(file, roots)).toThrow(/:2: Malformed/)
})
