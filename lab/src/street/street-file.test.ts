import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStreetFile, saveStreetFile } from './street-file.ts'

test('a folder is opened again as it was made; of another size or version it is refused with a remedy', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'interlock-street-file-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const made = await openStreetFile(dir, 2)
  expect(made.fresh).toBe(true)
  saveStreetFile(made.layout, made.file)
  expect(await openStreetFile(dir, 2)).toMatchObject({ fresh: false, file: made.file })

  const mismatch = {
    name: 'Fault',
    code: 'StreetMismatch',
    remedy: expect.stringContaining('--reset') as string,
  }
  await expect(openStreetFile(dir, 3)).rejects.toMatchObject(mismatch)
  // As a folder made before versions were counted.
  const { version, ...before } = JSON.parse(readFileSync(made.layout.street, 'utf8')) as {
    version: number
  }
  expect(version).toBeGreaterThan(1)
  writeFileSync(made.layout.street, JSON.stringify(before))
  await expect(openStreetFile(dir, 2)).rejects.toMatchObject(mismatch)
})
