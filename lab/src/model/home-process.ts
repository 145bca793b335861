import { behind } from './file-disk.ts'
import { disksIn, goOn, lifeIn, openFrom } from './killed-home.ts'

/** A home in a process of its own, in the folder named on the command line; one call to a disk is its last. */
const [folder = ''] = process.argv.slice(2)
const life = lifeIn(folder)
const { death } = life
const options = death && {
  device: death.device,
  death,
  // Synchronous: nothing of this process runs after it.
  die: () => void process.kill(process.pid, 'SIGKILL'),
  ...(death.behind === true ? { keeping: behind } : {}),
}
const disks = disksIn(folder, options)
await goOn(await openFrom(folder, life, disks), disks)
