import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '@interlock/kernel'
import { ensureDir, writeAtomic } from './files.ts'
import { processStart } from './processes.ts'

const claimFile = 'in-use-by.json'
const claimed = new Set<string>()

/**
 * Claims a data folder for this process, so that two never write the same journal. A claim left by a
 * process that was killed counts for nothing.
 * @returns gives the folder back
 * @throws Fault `FolderInUse`
 */
export function claimFolder(dir: string): () => void {
  ensureDir(dir)
  const path = join(dir, claimFile)
  const owner = ownerOf(path)
  const alive = owner !== undefined && processStart(owner.pid) === owner.started
  if (alive && (owner.pid !== process.pid || claimed.has(path)))
    throw new Fault('FolderInUse', `${dir}: process ${owner.pid} is using this data folder`, {
      remedy: 'stop that process, or choose another data folder',
    })
  const own = { pid: process.pid, started: processStart(process.pid) }
  writeAtomic(path, JSON.stringify(own))
  claimed.add(path)
  return () => {
    if (claimed.delete(path)) rmSync(path, { force: true })
  }
}

function ownerOf(path: string): { pid: number; started: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { pid: number; started: string }
  } catch {
    return undefined
  }
}
