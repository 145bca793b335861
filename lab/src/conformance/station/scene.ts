import type { Instant } from '@interlock/kernel'
import type { Ready } from '../run.ts'
import { runTokens } from '../csms/run-tokens.ts'
import type { StationCase, StationScene } from './case.ts'
import type { Certificates } from './certificates.ts'
import { openFileServer } from './file-server.ts'
import type { StationSubject } from './subject.ts'
import { openVirtualCsms } from './virtual-csms.ts'

/** Short waits, so that a case need not leap over what it is not about. */
const quickly = {
  'OCPPCommCtrlr.RetryBackOffWaitMinimum': '1',
  'OCPPCommCtrlr.RetryBackOffRandomRange': '0',
}
const password = 'conformance-password'

/** Makes a case ready: each run gets a CSMS and a fresh station of its own. */
export const stationReady =
  (subject: StationSubject, certificates: Certificates, { run, setUp }: StationCase): Ready =>
  async (steps) => {
    const clock = subject.clock()
    const securityProfile = setUp.securityProfile ?? 1
    const tls = securityProfile === 1 ? undefined : certificates.server(securityProfile)
    const opened: { readonly close: () => Promise<void> }[] = []
    const opensCsms: StationScene['opensCsms'] = async (given) => {
      const secured = given === undefined ? {} : { tls: given }
      const another = await openVirtualCsms({ steps, clock, ...secured })
      opened.push(another)
      return another
    }
    const opensFiles: StationScene['opensFiles'] = async (served) => {
      const files = await openFileServer(served)
      opened.push(files)
      return files
    }
    try {
      const csms = await opensCsms(tls)
      setUp.before?.(csms, certificates)
      const station = await subject.start(clock, {
        securityProfile,
        address: csms.address,
        password,
        rootPem: certificates.rootPem,
        certify: (stationId, eui) => certificates.station(stationId, eui),
        variables: { ...quickly, ...setUp.variables },
      })
      try {
        const passes = (seconds: number): Promise<void> => clock.leap(seconds * 1_000)
        const now = (): Instant => clock.now()
        const made = { steps, passes, now, certificates, opensCsms, opensFiles }
        await run({ csms, station, tokens: runTokens, ...made })
      } finally {
        await station.close()
      }
    } finally {
      for (const each of opened) await each.close()
    }
  }
