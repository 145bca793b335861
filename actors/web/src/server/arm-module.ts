import { inHours, toHex, type Clock, type Crypto } from '@interlock/kernel'
import { Declined } from './access.ts'

/** The code that signs at a person's device, as this server hands it out (the certified code of an arm by people). */
export type ArmModule = {
  /** SHA-256 of the file, hex. */
  readonly sha256: string
  /**
   * Nothing is signed with code that the register does not know.
   * @throws Declined `ModuleUnregistered`, or `Unavailable` when the register has not been reached for a day
   */
  demandRegistered(): Promise<void>
}

/** An arm does not wait for the register each time, nor end with it. */
const trustedMillis = inHours(24)

export function createArmModule(options: {
  readonly read: () => Uint8Array
  /** Another one after each change of the file; undefined while a change could go unseen. */
  readonly state: () => string | undefined
  readonly isRegistered: (sha256: string) => Promise<boolean>
  readonly wall: Clock
  readonly crypto: Pick<Crypto, 'sha256'>
}): ArmModule {
  const { read, state, isRegistered, wall, crypto } = options
  let held: { readonly state: string; readonly sha256: string } | undefined
  /** Of the file as it lies there now, whatever was handed out before. */
  function digest(): string {
    const before = state()
    if (before !== undefined && held?.state === before) return held.sha256
    const sha256 = toHex(crypto.sha256(read()))
    // What is exchanged while it is read is read again.
    held = before !== undefined && state() === before ? { state: before, sha256 } : undefined
    return sha256
  }
  let known: { readonly sha256: string; readonly at: number } | undefined
  return {
    get sha256() {
      return digest()
    },
    async demandRegistered() {
      const sha256 = digest()
      if (known?.sha256 === sha256 && wall.now() - known.at < trustedMillis) return
      if (!(await isRegistered(sha256)))
        throw new Declined('ModuleUnregistered', `SHA-256 ${sha256}`)
      known = { sha256, at: wall.now() }
    },
  }
}
