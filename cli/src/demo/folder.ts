import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { claimFolder, temporaryDir } from '@interlock/host'
import { clearStreet, demandStreetFolder } from '@interlock/lab/folder'
import type { DemoOptions } from './options.ts'

/**
 * Runs `work` with a folder that is this process's own: the one asked for, or a temporary one.
 *
 * @throws Fault FolderNotOurs | FolderInUse, or a disk Fault; nothing in the folder was touched
 */
export async function withFolder(
  { data, reset }: Pick<DemoOptions, 'data' | 'reset'>,
  work: (dir: string) => Promise<number>,
): Promise<number> {
  if (data === undefined) {
    const dir = temporaryDir('interlock-demo')
    try {
      return await work(dir)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }
  const dir = resolve(data)
  demandStreetFolder(dir)
  const release = claimFolder(dir)
  try {
    if (reset) await clearStreet(dir)
    return await work(dir)
  } finally {
    release()
  }
}
