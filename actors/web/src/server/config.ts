import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeCrypto } from '@interlock/host'
import { Fault, toHex } from '@interlock/kernel'

/** Where Vite puts the two pages. */
export const pagesDir = (page: 'console' | 'arm'): string =>
  fileURLToPath(new URL(`../../dist/${page}`, import.meta.url))

/** The file as browsers get it, built beside the page. */
const armModulePath = (): string => join(pagesDir('arm'), 'arm.js')

function moduleMissing(cause: unknown): Fault {
  const remedy = 'run npm ci'
  return new Fault('ModuleMissing', 'the arm module has not been built', { cause, remedy })
}

/** @throws Fault `ModuleMissing` */
export function readArmModule(): Uint8Array {
  try {
    return readFileSync(armModulePath())
  } catch (cause) {
    throw moduleMissing(cause)
  }
}

/** Disks count changes no finer than that. */
const settledMillis = 2_000

/**
 * Which file lies there, and which of its states: no write, and no exchange for another file, leaves it the same. The time
 * of the last change is the system's own word, which whoever writes a file cannot set.
 * @returns undefined where it has changed so lately that it could change again unseen
 * @throws Fault `ModuleMissing`
 */
export function fileState(path: string, now: number): string | undefined {
  try {
    const { dev, ino, size, ctimeNs } = statSync(path, { bigint: true })
    const isSettled = now - Number(ctimeNs / 1_000_000n) > settledMillis
    return isSettled ? `${dev} ${ino} ${size} ${ctimeNs}` : undefined
  } catch (cause) {
    throw moduleMissing(cause)
  }
}
export const armModuleState = (): string | undefined => fileState(armModulePath(), Date.now())

/** By which it is registered, hex. */
export const armModuleSha256 = (file: Uint8Array = readArmModule()): string =>
  toHex(nodeCrypto.sha256(file))

/**
 * The certificate that browsers see; unlike an actor's identity it may come from any authority.
 * @throws Fault `TlsUnreadable`
 */
export function readTls(dir: string): { key: string; cert: string } {
  try {
    const read = (name: string) => readFileSync(join(dir, name), 'utf8')
    return { key: read('key.pem'), cert: read('chain.pem') }
  } catch (cause) {
    const remedy = 'put key.pem and chain.pem there, readable by this user'
    throw new Fault('TlsUnreadable', `tls: ${dir} has no readable key and certificate`, {
      cause,
      remedy,
    })
  }
}

/** Roots in PEM. @throws Fault `TrustUnreadable` */
export function readRoots(...paths: readonly (string | undefined)[]): readonly string[] {
  return paths.flatMap((path) => {
    if (path === undefined) return []
    try {
      return [readFileSync(path, 'utf8')]
    } catch (cause) {
      const remedy = 'point trust at the PEM file of the root'
      throw new Fault('TrustUnreadable', `trust: ${path} cannot be read`, { cause, remedy })
    }
  })
}
