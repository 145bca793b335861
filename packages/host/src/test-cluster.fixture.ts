import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Fault } from '@interlock/kernel'
import { startCluster, type Cluster, type ClusterOptions } from './cluster.ts'
import { prepareCluster } from './cluster-folder.ts'
import { ensureDir, temporaryDir } from './files.ts'
import { findPostgres } from './postgres-program.ts'

/**
 * A database server of its own for a test. What is in its folder is copied from a cluster that is made once
 * for a whole run of the tests, in the folder that goes with the run: to make one takes ten times the
 * processor time of a copy. So the superuser's password is the same in all of them, and opens test data.
 */
export async function testCluster(options: ClusterOptions): Promise<Cluster> {
  const run = tmpdir()
  const made = existsSync(join(options.dir, 'postgres'))
  if (!made && basename(run).startsWith('interlock-tests-')) await copyTo(options.dir, run)
  return startCluster(options)
}

async function copyTo(dir: string, run: string): Promise<void> {
  const pattern = join(run, 'cluster-pattern')
  if (!existsSync(pattern)) await makePattern(pattern, run)
  ensureDir(dir)
  // With owners and modes: nobody but the database's own user reads it.
  const { status, stderr } = spawnSync('cp', ['-a', `${pattern}/.`, dir], { encoding: 'utf8' })
  if (status !== 0) throw new Fault('ClusterInit', `${dir}: ${stderr}`)
}

/** Whole or not at all; where another worker was first, its own is taken. */
async function makePattern(pattern: string, run: string): Promise<void> {
  const draft = temporaryDir('cluster-draft', run)
  prepareCluster(await findPostgres(), join(draft, 'postgres'))
  try {
    renameSync(draft, pattern)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(pattern)) throw error
  }
}
