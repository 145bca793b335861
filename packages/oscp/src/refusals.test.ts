import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { oscpRefusals } from './refusals.ts'

test('every reason for which a message is refused is reached by some test', () => {
  const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && file !== 'refusals.test.ts')
    .map((file) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
    .join('\n')
  expect(Object.keys(oscpRefusals).filter((reason) => !tests.includes(`'${reason}'`))).toEqual([])
})
