import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as source from '@interlock/arm'
import { temporaryDir } from '@interlock/host'
import { armModuleSha256 } from '@interlock/web'
import { afterAll, expect, test } from 'vitest'
import { buildArm } from './build-arm.mjs'

const dir = temporaryDir('interlock-build-arm')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const packageDir = fileURLToPath(new URL('../packages/arm', import.meta.url))

test('built elsewhere it is the same file, and the one that browsers get', async () => {
  const elsewhere = join(dir, 'another/place/arm')
  cpSync(packageDir, elsewhere, { recursive: true })
  const digest = await buildArm({ from: elsewhere, to: join(dir, 'elsewhere') })
  expect(digest).toBe(await buildArm({ to: join(dir, 'here') }))
  expect(armModuleSha256()).toBe(digest)
})

test('it needs nothing, and Node runs it as browsers do', async () => {
  const path = join(dir, 'alone')
  await buildArm({ to: path })
  const text = readFileSync(join(path, 'arm.js'), 'utf8')
  expect(text).not.toMatch(/^import |\bimport\(|\brequire\(/m)
  const module = (await import(pathToFileURL(join(path, 'arm.js')).href)) as typeof source
  expect(Object.keys(module).toSorted()).toEqual(Object.keys(source).toSorted())
  const key = await module.createArmKey()
  expect(key.eui).toBe(await source.ownerEui(key.spki))
})
