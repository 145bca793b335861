import type { Instant } from '@interlock/kernel'
import type { Ready } from '../run.ts'
import { runTokens } from '../csms/run-tokens.ts'
import { NotApplicable } from '../steps.ts'
import type { StationCase, StationScene } from './case.ts'
import type { Certificates } from './certificates.ts'
import { openFileServer, type FilePlace } from './file-server.ts'
import type { Site, StationSubject } from './subject.ts'
import { openVirtualCsms } from './virtual-csms.ts'

/** On the same machine as the CSMS. */
const besides = ({ place: { host, address } }: Site): FilePlace => ({
  host,
  name: new URL(address).hostname,
})

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
    const { site } = subject
    const securityProfile = setUp.securityProfile ?? site?.securityProfile ?? 1
    if (site !== undefined && securityProfile !== site.securityProfile)
      throw new NotApplicable(`security profile ${securityProfile}`)
    const tls = securityProfile === 1 ? undefined : certificates.server(securityProfile)
    const opened: { readonly close: () => Promise<void> }[] = []
    const opensCsms: StationScene['opensCsms'] = async (given) => {
      // The station has been told of one place by hand.
      if (site !== undefined && opened.length > 0) throw new NotApplicable('a second CSMS')
      const secured = given === undefined ? {} : { tls: given }
      const there = site === undefined ? {} : { place: site.place }
      const another = await openVirtualCsms({ steps, clock, ...secured, ...there })
      opened.push(another)
      return another
    }
    const opensFiles: StationScene['opensFiles'] = async (served) => {
      const files = await openFileServer(served, site === undefined ? undefined : besides(site))
      opened.push(files)
      return files
    }
    try {
      const csms = await opensCsms(tls)
      setUp.before?.(csms, certificates)
      const station = await subject.start(clock, {
        securityProfile,
        address: csms.address,
        password: site?.password ?? password,
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
