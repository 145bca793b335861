import { spawn, spawnSync } from 'node:child_process'
import { onTestFinished } from 'vitest'

/** Whether the machine has pseudo-terminals, `script` (bsdutils) and `stty` (coreutils), as Debian has. */
export const hasTerminals =
  spawnSync('script', ['--quiet', '--return', '--command', 'stty raw -echo', '/dev/null'], {
    stdio: 'ignore',
    timeout: 30_000,
  }).status === 0

/** A pseudo-terminal: a program opens the device, the test is at the other end of its wires. */
export type Terminal = {
  readonly device: string
  /** What programs write to the device. */
  onBytes(listener: (chunk: Buffer) => void): void
  /** What programs read from it. */
  write(bytes: Uint8Array): void
  /** Takes the device away, as one pulls out an adapter. */
  unplug(): Promise<void>
}

/** `script` (bsdutils) holds the other end of a terminal, and passes it on through its own pipes. */
export async function openTerminal(): Promise<Terminal> {
  const hold = 'stty raw -echo; tty; exec sleep 3600'
  const child = spawn('script', ['--quiet', '--flush', '--command', hold, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, SHELL: '/bin/sh' },
  })
  child.stdin.on('error', () => {})
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const unplug = async (): Promise<void> => {
    child.kill('SIGKILL')
    await gone
  }
  onTestFinished(unplug)
  const device = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.once('error', reject)
    void gone.then(() => reject(new Error('script has ended')))
    const hear = (chunk: Buffer): void => {
      said += String(chunk)
      const [line, rest] = said.split(/\r?\n/)
      if (line === undefined || rest === undefined) return
      child.stdout.off('data', hear)
      resolve(line)
    }
    child.stdout.on('data', hear)
  })
  return {
    device,
    onBytes: (listener) => void child.stdout.on('data', listener),
    write: (bytes) => void child.stdin.write(bytes),
    unplug,
  }
}

/** What passes from one terminal to the other, and what the test makes of it. */
export type Cable = {
  /** Of the bytes that go from the first to the second, and back. */
  there: (chunk: Buffer) => Uint8Array
  back: (chunk: Buffer) => Uint8Array
}

/** Two terminals on one cable. */
export async function openCable(): Promise<{
  readonly cable: Cable
  readonly first: Terminal
  readonly second: Terminal
}> {
  const [first, second] = await Promise.all([openTerminal(), openTerminal()])
  const cable: Cable = { there: (chunk) => chunk, back: (chunk) => chunk }
  first.onBytes((chunk) => second.write(cable.there(chunk)))
  second.onBytes((chunk) => first.write(cable.back(chunk)))
  return { cable, first, second }
}
