import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * When a process began, as text that no later process with the same id shares; `undefined` when it is
 * gone, or dead and only not yet collected.
 */
export function processStart(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (process.platform !== 'linux') return psStart(pid)
  try {
    // proc(5): after the name in brackets, which may hold anything, come state (3) … starttime (22).
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function psStart(pid: number): string | undefined {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { stdio: 'pipe' })
    return started.toString().trim() || undefined
  } catch {
    return undefined
  }
}

/** Sends each signal in turn, giving the process `millis` after each to go. True when it is gone. */
export async function endProcess(
  pid: number,
  signals: readonly NodeJS.Signals[],
  millis: number,
): Promise<boolean> {
  const started = processStart(pid)
  const gone = (): boolean => started === undefined || processStart(pid) !== started
  for (const signal of signals) {
    if (gone()) return true
    try {
      process.kill(pid, signal)
    } catch {
      return gone()
    }
    for (let waited = 0; waited < millis && !gone(); waited += 20) await sleep(20)
  }
  return gone()
}
