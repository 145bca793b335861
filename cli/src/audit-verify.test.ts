import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority } from '@interlock/authority'
import { identityOf, nodeCrypto as crypto, openAudit } from '@interlock/host'
import { systemClock as wall, temporaryDir } from '@interlock/host'
import { eui64, type Role } from '@interlock/kernel'
import { stateWitness, type WitnessStatement } from '@interlock/ledger'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from './process.fixture.ts'

const dir = temporaryDir('interlock-audit-verify')
const file = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}
const authority = createAuthority(join(dir, 'authority'), { wall, crypto })
const roots = ['--roots', file('root.pem', authority.rootPem)]
const identity = (role: Role, last: string) => {
  const eui = eui64(`02-00-00-00-00-00-00-${last}`)
  const subject = { commonName: role, role, eui, organisation: eui }
  const { keyPem, chainPem } = authority.certify(subject)
  return identityOf(keyPem, chainPem, role)
}
const csms = identity('csms', '01')
const supervisor = identity('supervisor', '02')
const trail = join(dir, 'audit.jsonl')
let statement: WitnessStatement
let witness: string

beforeAll(() => {
  const audit = openAudit({ path: trail, actor: 'csms', clock: wall, identity: csms })
  audit.record('One', { watts: 7400 })
  audit.record('Two', { watts: 0 })
  const checkpoint = audit.checkpoint()
  audit.record('Three', {})
  audit.close()
  const seen = { checkpoint, signer: csms.peer.eui, witnessedAt: wall.now() }
  statement = stateWitness(seen, supervisor, crypto)
  witness = file('witness.jsonl', `${JSON.stringify(statement)}\n`)
})
afterAll(() => {
  authority.close()
  rmSync(dir, { recursive: true, force: true })
})

const verify = (path: string, ...more: readonly string[]) =>
  run('audit', 'verify', path, ...roots, ...more)

test('a trail that agrees with its witness verifies, and how much was witnessed is said', async () => {
  expect(await verify(trail, '--witness', witness)).toMatchObject({
    code: 0,
    out: `${trail}: 5 records and 2 checkpoints verify, 1 of them as they were witnessed\n`,
  })
  const list = file('list.json', JSON.stringify([statement]))
  const { code, out } = await verify(trail, '--witness', list, '--witness', witness, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ verified: true, files: [{ file: trail, witnessed: 2 }] })
})

test('ATK-23: a trail that was cut verifies alone, and fails by line with its witness', async () => {
  const [first] = readFileSync(trail, 'utf8').split('\n')
  const cut = file('cut.jsonl', `${first}\n`)
  expect(await verify(cut)).toMatchObject({ code: 0 })
  const { code, out } = await verify(cut, '--witness', witness, '--json')
  expect(code).toBe(1)
  const problem = { line: 2, reason: 'Truncated' }
  expect(JSON.parse(out)).toMatchObject({ verified: false, files: [{ verified: false, problem }] })
})

test('a trail of which the witness knows nothing is Unwitnessed, at the line after its last', async () => {
  const none = file('none.jsonl', '')
  const told = await verify(trail, '--witness', none)
  expect(told.code).toBe(1)
  expect(told.out).toContain(`${trail}:6: Unwitnessed: `)
})

test('a statement that does not verify is no evidence: its line is named and nothing is judged', async () => {
  const forged = { ...statement, witnessedAt: statement.witnessedAt + 1 }
  const lines = [statement, forged].map((each) => `${JSON.stringify(each)}\n`).join('')
  const bad = file('forged.jsonl', lines)
  const { code, out, err } = await verify(trail, '--witness', bad)
  expect({ code, out }).toEqual({ code: 3, out: '' })
  expect(err).toContain(`${bad}:2: WitnessInvalid: `)
  expect((await verify(trail, '--witness', join(dir, 'gone.jsonl'))).code).toBe(3)
})

test('a statement under roots that are not ours is no evidence', async () => {
  const other = createAuthority(join(dir, 'other'), { wall, crypto })
  const strange = file('other.pem', other.rootPem)
  other.close()
  const told = await run('audit', 'verify', trail, '--roots', strange, '--witness', witness)
  expect(told.code).toBe(3)
  expect(told.err).toContain(`${witness}:1: CheckpointInvalid: `)
})
