import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const prefix = 'interlock-tests-'
const memory = '/dev/shm'
const bytesMin = 4 * 2 ** 30
let dir: string | undefined

/**
 * One folder for whatever the tests write, gone after them. It is in memory where the system has room:
 * the tests say ten thousand times that something is to be on the disk, and would wait for it each time.
 */
export function setup(): void {
  // Each project is set up; the first one has made it.
  if (basename(tmpdir()).startsWith(prefix)) return
  dir = mkdtempSync(join(roomyMemory() ?? tmpdir(), `${prefix}${process.pid}-`))
  // The database server runs as a user of its own.
  chmodSync(dir, 0o711)
  process.env['TMPDIR'] = dir
}

export function teardown(): void {
  if (dir !== undefined) remove(dir)
}

function roomyMemory(): string | undefined {
  if (!existsSync(memory)) return undefined
  for (const name of readdirSync(memory).filter((each) => each.startsWith(prefix))) {
    const [pid] = name.slice(prefix.length).split('-')
    if (!existsSync(`/proc/${pid}`)) remove(join(memory, name))
  }
  const { bavail, bsize } = statfsSync(memory)
  return Math.min(bavail * bsize, freemem()) < bytesMin ? undefined : memory
}

/** What a process that is ending still writes to is left to the next run. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  } catch {
    process.stderr.write(`${folder} could not be removed\n`)
  }
}
