import type { Action, ErrorCode, Request, Response } from '@interlock/ocpp'
import { absent, describe, exactly, including, such, type Expectation } from '../match.ts'
import { NotApplicable, type Steps } from '../steps.ts'
import type { BootPolicy, CommandAnswer, CsmsSubject, Resource } from './subject.ts'
import type { VirtualStation } from './virtual-station.ts'

/** The person at the CSMS: gives commands, and looks up what it knows and decided. */
export type Operator = {
  /**
   * Has the CSMS send a request. It must reach the station as given, or as `came` says, and whoever
   * asked must get the station's own answer, word for word; `told` is what one request that went in
   * parts is answered with as a whole.
   */
  sends<A extends Action>(
    action: A,
    payload: Request<A>,
    came?: unknown,
    told?: Response<A>,
  ): Promise<Request<A>>
  /** It reaches the station, which answers with that error; whoever asked must be told. */
  sendsInVain<A extends Action>(action: A, payload: Request<A>, code: ErrorCode): Promise<void>
  /** The CSMS itself must decide against a request, so that nothing reaches the station. */
  refuses<A extends Action>(says: string, action: A, payload: Request<A>): Promise<void>
  /** Decides how the station's boot is answered from now on. */
  answersBoots(policy: BootPolicy): Promise<void>
  /** Soon, what it knows of this station must be as expected. */
  knows(resource: Resource, expected: unknown, says?: string): Promise<void>
  /** Soon, one of the things of that kind that it knows must be as expected. */
  knowsOf(resource: Resource, expected: unknown, says?: string): Promise<void>
}

export function createOperator(
  subject: CsmsSubject,
  station: VirtualStation,
  steps: Steps,
): Operator {
  const knows: Operator['knows'] = async (resource, expected, says) => {
    const sentence = says ?? `the CSMS knows: ${words[resource]}`
    const { know } = subject
    if (know === undefined) return steps.notMade(sentence, expected)
    await steps.eventually(sentence, expected, () => know(resource, station.id))
  }
  /** What comes at the station, unless the CSMS says first that it sends nothing. */
  const orRefusal = <Came>(
    coming: Promise<Came>,
    answering: Promise<CommandAnswer>,
    action: Action,
  ): Promise<Came> => {
    const refused = answering.then((answer) =>
      isRefusal(answer)
        ? steps.failed(`the CSMS sends ${action}`, 'a request', describe(answer.body))
        : coming,
    )
    return Promise.race([coming, refused])
  }
  return {
    async sends(action, payload, came = payload, told) {
      const answering = subject.command(station.id, action, payload)
      const request = await orRefusal(station.isSent(action, came), answering, action)
      const answer = await answering
      steps.expect(`whoever asked for ${action} is answered`, answered, answer)
      const says = `whoever asked for ${action} is told what the station answered`
      const own = exactly(told ?? station.answerTo(request))
      // Someone else's interface need not pass it on, nor in a form that the runner knows.
      if (subject.know === undefined) steps.notMade(says, own)
      else steps.expect(says, { response: own }, answer.body)
      return request
    },
    async sendsInVain(action, payload, code) {
      const answering = subject.command(station.id, action, payload)
      await orRefusal(station.isSent(action, payload), answering, action)
      if (subject.know === undefined) {
        await answering
        return steps.notMade(`whoever asked for ${action} is told`, code)
      }
      const { body } = await answering
      const told = { status: 'Failed', reasonCode: code, response: absent }
      steps.expect(`whoever asked for ${action} is told`, told, body)
    },
    async refuses(says, action, payload) {
      // What it would send could come at any later step.
      if (subject.know === undefined) return steps.notMade(says, refusal)
      const answer = await subject.command(station.id, action, payload)
      steps.expect(says, refusal, answer)
      station.isNotSent(action, `${action} did not leave the CSMS`)
    },
    async answersBoots(policy) {
      if (subject.setBootPolicy === undefined) throw new NotApplicable('a boot policy')
      await subject.setBootPolicy(station.id, policy)
    },
    knows,
    knowsOf: (resource, expected, says) => knows(resource, including(expected), says),
  }
}

const isRefusal = ({ status, body }: CommandAnswer): boolean =>
  (status >= 400 && status < 500) || (body as { status?: unknown } | null)?.status === 'Refused'

const answered = expectAnswer('an answer', (answer) => answer.status < 300 && !isRefusal(answer))
const refusal = expectAnswer('a refusal', isRefusal)

function expectAnswer(says: string, met: (answer: CommandAnswer) => boolean): Expectation {
  return such(says, (actual) => met(actual as CommandAnswer))
}

const words: Readonly<Record<Resource, string>> = {
  station: 'the station',
  evses: 'the connectors',
  transactions: 'the transactions',
  transactionStatus: 'the status of transactions',
  variables: 'the variables',
  reports: 'the reports',
  profiles: 'the charging profiles',
  schedules: 'the composite schedules',
  chargingLimits: 'limits from outside',
  localList: 'the local list',
  messages: 'the messages',
  securityEvents: 'the security events',
  certificates: 'the certificates',
  certificateRequests: 'how certificates were taken',
  firmware: 'the firmware',
  logs: 'the logs',
  customerInformation: 'the customer information',
  networkProfiles: 'the network profiles',
  meterValues: 'the meter values',
  tokens: 'the tokens',
  knocks: 'who was refused',
}
