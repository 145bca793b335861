import type { Request, Response } from '@interlock/ocpp'
import { csmsCase, type CsmsCase, type CsmsScene } from '../../csms/case.ts'
import { ifAny, without } from '../../match.ts'

/** What is asked about a person, and what the station has to say. */
type Question = {
  readonly report: boolean
  readonly clear: boolean
  readonly status?: Response<'CustomerInformation'>['status']
  /** In parts; empty where it says nothing. */
  readonly parts: readonly string[]
  readonly by?: Partial<Pick<Request<'CustomerInformation'>, 'customerIdentifier'>>
}

const data = ['name: A. Driver; ', 'transactions: 17'] as const
const nothing = [''] as const

const questions: Readonly<Record<string, Question>> = {
  TC_N_27_CSMS: { report: true, clear: false, parts: data },
  TC_N_28_CSMS: { report: true, clear: false, parts: nothing },
  TC_N_29_CSMS: { report: true, clear: false, status: 'Rejected', parts: [] },
  TC_N_30_CSMS: { report: true, clear: true, parts: data },
  TC_N_31_CSMS: { report: true, clear: true, parts: nothing },
  TC_N_32_CSMS: { report: false, clear: true, parts: [] },
  TC_N_62_CSMS: {
    report: true,
    clear: true,
    parts: data,
    by: { customerIdentifier: 'CUSTOMER-62' },
  },
}

const asks = ({ report, clear, status = 'Accepted', parts, by }: Question) =>
  async function run({ station, csms, tokens }: CsmsScene): Promise<void> {
    const requestId = 701
    await station.boots()
    station.answers('CustomerInformation', { status })
    const person = by ?? { idToken: tokens.valid }
    await csms.sends('CustomerInformation', { requestId, report, clear, ...person })
    for (const [seqNo, text] of parts.entries())
      await station.sends('NotifyCustomerInformation', {
        requestId,
        seqNo,
        tbc: seqNo < parts.length - 1,
        generatedAt: new Date().toISOString(),
        data: text,
      })
    await csms.knowsOf('customerInformation', {
      requestId,
      report,
      clear,
      status,
      ...(parts.length === 0 ? {} : { data: parts.join(''), complete: true }),
      ...(status === 'Rejected' ? { complete: ifAny(false) } : {}),
    })
  }

export const customers: readonly CsmsCase[] = [
  ...Object.entries(questions).map(([id, question]) => csmsCase(id, asks(question))),

  csmsCase('TC_N_46_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const listed = (idToken: typeof tokens.valid) =>
      ({ idToken, idTokenInfo: { status: 'Accepted' } }) as const
    const person = tokens.valid
    await csms.sends('SendLocalList', {
      versionNumber: 3,
      updateType: 'Full',
      localAuthorizationList: [listed(person), listed(tokens.sameGroup)],
    })
    await csms.knows('localList', { version: 3 })
    await csms.sends('CustomerInformation', {
      requestId: 746,
      report: false,
      clear: true,
      idToken: person,
    })
    await csms.knows('localList', { entries: without({ idToken: person }) }, 'the person is gone')
    await csms.sends('SendLocalList', {
      versionNumber: 4,
      updateType: 'Differential',
      localAuthorizationList: [{ idToken: person }],
    })
    await csms.knows('localList', { version: 4 })
  }),
]
