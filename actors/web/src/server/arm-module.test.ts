import { expect, test } from 'vitest'
import { nodeCrypto } from '@interlock/host'
import { createArmModule } from './arm-module.ts'
import { armModuleSha256 } from './config.ts'
import { movedClock } from './web.fixture.ts'

const certified = new TextEncoder().encode('certified')

function moduleOf() {
  const moved = movedClock()
  const state = { file: certified, known: new Set([armModuleSha256(certified)]), asked: 0 }
  const module = createArmModule({
    read: () => state.file,
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

test('what is taken out of the register signs nothing from the next day on', async () => {
  const { state, module, move } = moduleOf()
  await module.demandRegistered()
  state.known.clear()
  await move(25 * 3_600_000)
  await expect(module.demandRegistered()).rejects.toMatchObject({ reason: 'ModuleUnregistered' })
})
