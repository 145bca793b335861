import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const valueImport = /^(?:import|export)(?! type\b)[^']*?from '([^']+)'/gm

/** What is loaded with a file: other files, and the parts that they import by name. */
function loadedWith(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found
  found.add(file)
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(valueImport)) {
    if (name.startsWith('.')) loadedWith(fileURLToPath(new URL(name, `file://${file}`)), found)
    else found.add(name)
  }
  return found
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

test('what a command needs to run is loaded when it runs, and not to say what commands there are', () => {
  const loaded = [...loadedWith(here('index.ts'))]
  expect(loaded).toContain(here('version.ts'))
  const parts = loaded.filter((each) => !each.startsWith('/') && !each.startsWith('node:'))
  expect(parts).toEqual(['@interlock/kernel'])
  // It would be seen.
  expect(loadedWith(here('../conformance/foreign-proof.ts'))).toContain('@interlock/host')
})
