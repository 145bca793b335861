import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDir } from '@interlock/host'
import { afterAll, expect, test } from 'vitest'
import { replaceFolder } from './replace-folder.mjs'

const dir = temporaryDir('interlock-replace-folder')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('a page that is built anew is there at every moment, with all that it loads', () => {
  const built = (name: string, hash: string): string => {
    const folder = join(dir, name)
    mkdirSync(join(folder, 'assets'), { recursive: true })
    writeFileSync(join(folder, 'arm.html'), hash)
    writeFileSync(join(folder, 'arm.js'), `code ${hash}`)
    writeFileSync(join(folder, `assets/arm-${hash}.js`), `page ${hash}`)
    return folder
  }
  const [place, next] = [built('dist', 'old'), built('next', 'new')]
  let steps = 0
  replaceFolder(next, place, () => {
    steps++
    const page = readFileSync(join(place, 'arm.html'), 'utf8')
    expect(readFileSync(join(place, `assets/arm-${page}.js`), 'utf8')).toBe(`page ${page}`)
    expect(readFileSync(join(place, 'arm.js'), 'utf8')).toMatch(/^code (old|new)$/)
  })
  expect(steps).toBe(4)
  expect(readFileSync(join(place, 'arm.js'), 'utf8')).toBe('code new')
  expect(readdirSync(join(place, 'assets'))).toEqual(['arm-new.js'])
  expect(existsSync(next)).toBe(false)
})

test('the first time there is nothing to replace', () => {
  const next = join(dir, 'first')
  mkdirSync(next)
  writeFileSync(join(next, 'arm.js'), 'code')
  replaceFolder(next, join(dir, 'nowhere/yet'))
  expect(readFileSync(join(dir, 'nowhere/yet/arm.js'), 'utf8')).toBe('code')
})
