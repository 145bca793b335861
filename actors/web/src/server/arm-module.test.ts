import { renameSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodeCrypto, temporaryDir, writeAtomic } from '@interlock/host'
import { createArmModule } from './arm-module.ts'
import { armModuleSha256, fileState } from './config.ts'
import { movedClock } from './web.fixture.ts'

const certified = new TextEncoder().encode('certified')

function moduleOf() {
  const moved = movedClock()
  const state = {
    file: certified,
    known: new Set([armModuleSha256(certified)]),
    asked: 0,
    reads: 0,
    seen: undefined as string | undefined,
    whileRead: () => {},
  }
  const module = createArmModule({
    read() {
      state.reads += 1
      const { file } = state
      state.whileRead()
      return file
    },
    state: () => state.seen,
    isRegistered: (sha256) => {
      state.asked += 1
      return Promise.resolve(state.known.has(sha256))
    },
    wall: moved.clock,
    crypto: nodeCrypto,
  })
  return { state, module, move: moved.move }
}

test('what the register knows may sign, and is asked for once a day', async () => {
  const { state, module, move } = moduleOf()
  await module.demandRegistered()
  await module.demandRegistered()
  expect(state.asked).toBe(1)
  await move(25 * 3_600_000)
  await module.demandRegistered()
  expect(state.asked).toBe(2)
})

test('a file that was exchanged after it was trusted signs nothing', async () => {
  const { state, module } = moduleOf()
  await module.demandRegistered()
  state.file = new TextEncoder().encode('certified, and a line more')
  await expect(module.demandRegistered()).rejects.toMatchObject({ reason: 'ModuleUnregistered' })
  expect(module.sha256).toBe(armModuleSha256(state.file))
})

test('a file is read once for as long as it is the same, and anew when it may not be', async () => {
  const { state, module } = moduleOf()
  state.seen = 'first'
  for (let each = 0; each < 3; each++) expect(module.sha256).toBe(armModuleSha256(certified))
  await module.demandRegistered()
  expect(state.reads).toBe(1)
  state.seen = undefined
  expect([module.sha256, module.sha256]).toHaveLength(2)
  expect(state.reads).toBe(3)
  state.seen = 'second'
  state.file = new TextEncoder().encode('exchanged')
  expect(module.sha256).toBe(armModuleSha256(state.file))
  await expect(module.demandRegistered()).rejects.toMatchObject({ reason: 'ModuleUnregistered' })
})

test('a file that is exchanged while it is read is read again', async () => {
  const { state, module } = moduleOf()
  state.seen = 'first'
  state.whileRead = () => {
    state.file = new TextEncoder().encode('exchanged')
    state.seen = 'second'
    state.whileRead = () => {}
  }
  expect(module.sha256).toBe(armModuleSha256(certified))
  await expect(module.demandRegistered()).rejects.toMatchObject({ reason: 'ModuleUnregistered' })
})

test('the state of a file is another after an exchange, and none just after a change', () => {
  const path = `${temporaryDir('interlock-arm-module')}/arm.js`
  writeAtomic(path, 'one')
  const changed = statSync(path).ctimeMs
  const later = changed + 60_000
  const first = fileState(path, later)
  expect(first).toBeDefined()
  expect(fileState(path, later)).toBe(first)
  expect(fileState(path, changed + 1_000)).toBeUndefined()
  writeAtomic(`${path}.other`, 'two')
  renameSync(`${path}.other`, path)
  expect(fileState(path, later)).not.toBe(first)
  expect(() => fileState(`${path}.none`, later)).toThrow(
    expect.objectContaining({ code: 'ModuleMissing' }),
  )
})

test('what is taken out of the register signs nothing from the next day on', async () => {
  const { state, module, move } = moduleOf()
  await module.demandRegistered()
  state.known.clear()
  await move(25 * 3_600_000)
  await expect(module.demandRegistered()).rejects.toMatchObject({ reason: 'ModuleUnregistered' })
})
