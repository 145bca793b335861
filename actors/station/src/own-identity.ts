import {
  loadIdentity,
  readSecret,
  removeFile,
  saveIdentity,
  type ActorDeps,
  type Identity,
} from '@interlock/host'
import { Fault, sameBytes, type PrivateKey, type PublicKey } from '@interlock/kernel'
import { identityIn } from './bearings.ts'
import type { StationConfig } from './config.ts'
import { loadStandardIdentity } from './plain-certificate.ts'

/**
 * The charger's own key and certificate, and their successors until the CSMS has accepted the charger
 * under them: one that it refuses would strand the charger (A02.FR.10, A02.FR.28, as A03.FR.10, A03.FR.24).
 * Both survive a loss of power at any moment.
 */
export type OwnIdentity = {
  readonly dir: string
  /** What the next connection is made with; `undefined` before first contact. */
  identity(): Identity | undefined
  /** The key of the newest certificate that came, which the register knows: it signs for the next one. */
  newestKey(): PrivateKey | undefined
  /** Whether there is, or was just now, a certificate for this key. */
  hasHad(key: PublicKey): boolean
  /** From the next connection on (A02.FR.08), on trial where there is one already. */
  take(next: Identity): void
  /** The CSMS refused the charger for `shown` itself. */
  refused(shown: Identity | undefined): void
  /** All ways were tried in vain: the other one next (A02.FR.28). */
  alternate(): void
  /**
   * What it means that the CSMS accepts the charger under `shown`; nothing unless two are held. A CSMS that
   * was away while the new one was shown has not refused it.
   */
  verdict(shown: Identity | undefined): Verdict | 'TryAgain' | undefined
  /** The new one again, now that the CSMS is there. */
  tryAgain(): void
  /** Drops the other one for good (A02.FR.10). */
  settle(verdict: Verdict): void
}
export type Verdict = {
  readonly outcome: 'RenewalProven' | 'RenewalDiscarded'
  readonly kept: Identity
  readonly dropped: Identity
}

/**
 * So often the new one is tried again when the old one was let in, before that is an answer too: some
 * servers end the connection of a certificate they do not know without a word.
 */
export const trialsMax = 5

/** Finishes what a loss of power has cut short. @throws Fault as `identityIn` */
export function openOwnIdentity(
  dir: string,
  config: StationConfig,
  crypto: ActorDeps['crypto'],
): OwnIdentity {
  const isStandard = config.trustMode === 'standard'
  const trialDir = `${dir}/renewed`
  const trial = { key: `${trialDir}/key.pem`, chain: `${trialDir}/chain.pem` }
  const readable = (from: string): Identity | undefined =>
    unlessFault(() => (isStandard ? loadStandardIdentity(from, config) : loadIdentity(from)))

  /** The trial is gone; a supervised charger keeps the key, which its register takes for the one in force. */
  const dropTrial = (keepsKey: boolean): void => {
    removeFile(trial.chain)
    if (!keepsKey) removeFile(trial.key)
  }
  const promote = (next: Identity): void => {
    saveIdentity(dir, next.keyPem, next.chainPem)
    dropTrial(false)
  }

  let renewed = readable(trialDir)
  if (renewed !== undefined && readable(dir) === undefined) {
    promote(renewed)
    renewed = undefined
  }
  let inForce = identityIn(dir, config)
  let shows: 'inForce' | 'renewed' = renewed === undefined ? 'inForce' : 'renewed'
  /** Of the new one: whether it was refused for itself, and how often it was tried again. */
  let isRefused = false
  let trials = 0
  let registered = isStandard
    ? undefined
    : unlessFault(() => crypto.privateKey(readSecret(trial.key)))

  const newestKey = (): PrivateKey | undefined => renewed?.key ?? registered ?? inForce?.key

  return {
    dir,
    identity: () => (shows === 'renewed' ? renewed : inForce),
    newestKey,
    hasHad: ({ spki }) =>
      [renewed?.key, registered, inForce?.key].some(
        (key) => key !== undefined && sameBytes(key.publicKey.spki, spki),
      ),
    take(next) {
      if (inForce === undefined) {
        saveIdentity(dir, next.keyPem, next.chainPem)
        inForce = next
        return
      }
      // Never a certificate beside the key of another.
      removeFile(trial.chain)
      saveIdentity(trialDir, next.keyPem, next.chainPem)
      renewed = next
      shows = 'renewed'
      isRefused = false
      trials = 0
    },
    refused(shown) {
      if (shown !== undefined && shown === renewed) isRefused = true
    },
    tryAgain() {
      trials += 1
      shows = 'renewed'
    },
    alternate() {
      if (renewed !== undefined) shows = shows === 'renewed' ? 'inForce' : 'renewed'
    },
    verdict(shown) {
      if (renewed === undefined || inForce === undefined || shown === undefined) return undefined
      if (shown === renewed) return { outcome: 'RenewalProven', kept: renewed, dropped: inForce }
      // An old connection that still stands when the new certificate comes says nothing of it.
      if (shown !== inForce || shows !== 'inForce') return undefined
      if (!isRefused && trials < trialsMax) return 'TryAgain'
      return { outcome: 'RenewalDiscarded', kept: inForce, dropped: renewed }
    },
    settle({ outcome, kept, dropped }) {
      if (outcome === 'RenewalProven') promote(kept)
      else dropTrial(!isStandard)
      registered = outcome === 'RenewalDiscarded' && !isStandard ? dropped.key : undefined
      inForce = kept
      renewed = undefined
      shows = 'inForce'
    },
  }
}

function unlessFault<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}
