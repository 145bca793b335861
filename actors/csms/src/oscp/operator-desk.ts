import { httpClient, loadPeer, type Trust } from '@interlock/host'
import { createOutbox, newRequestId, openDesk, type Desk } from '@interlock/host/oscp'
import { inMinutes, utf8, type Eui64, type Timer } from '@interlock/kernel'
import {
  basePathOf,
  beginHandshake,
  beginRegistration,
  holdForecast,
  oscpVersion,
  unregistered,
  type Message,
  type MessageName,
  type OscpRequest,
  type Terms,
} from '@interlock/oscp'
import { inBackground } from '../background.ts'
import type { Context } from '../context.ts'
import type { OscpStore } from '../data/oscp-store.ts'
import type { OperatorConfig, OscpConfig } from './oscp-config.ts'

/** Where one distribution operator is heard and told. */
export type OperatorDesk = {
  readonly desk: Desk
  readonly organisation: Eui64
  /** Registers; once the operator's answer can be taken. */
  start(): void
  /** False when the operator would not listen: there has been no handshake. */
  tell(message: Message): boolean
  close(): Promise<void>
}

export type OperatorDeskOptions = {
  readonly context: Context
  readonly trust: Trust
  readonly oscp: OscpConfig
  readonly operator: OperatorConfig
  readonly store: OscpStore
  /** What may be drawn in its groups may have changed. */
  readonly onChange: (groups: readonly string[]) => void
  /** It has said what that group bears. */
  readonly onForecast: (group: string) => void
}

const retryMillis = inMinutes(1)

/**
 * Registers with the operator and shakes hands, again each minute until that is done; keeps what it
 * says of its groups, and tells when it falls silent or is heard again.
 * @throws Fault when its certificate cannot be read.
 */
export function openOperatorDesk(options: OperatorDeskOptions): OperatorDesk {
  const { context, trust, oscp, operator, store, onChange, onForecast } = options
  const { identity, deps, audit, config } = context
  const { clock, crypto, entropy, activity } = deps
  const { name } = operator
  const { organisation, thumbprint, publicKey } = loadPeer(operator.certificate)
  const pinned = { org: organisation, thumbprint, publicKey }
  const us = identity.peer.organisation
  const terms = termsOf(oscp, operator)
  const groups = operator.groups.map(({ group }) => group)
  const outbox = createOutbox({
    name,
    pinned,
    // Before it has answered, what is known of it is what the contract says.
    peer: () => store.of(name).peer ?? { baseUrl: operator.url, token: operator.tokenShown },
    signer: { thumbprint: identity.peer.thumbprint, key: identity.key },
    http: httpClient({
      identity,
      trust,
      activity,
      expectRole: 'dso',
      expectOrganisation: organisation,
    }),
    onRefused: (message, status) => onTheSide(() => refusedOf(message, status)),
    deps,
  })
  const desk = openDesk({
    peer: {
      name,
      pinned,
      door: { us: 'fp', peer: 'cp', tokenDigest: crypto.sha256(utf8(operator.tokenExpected)) },
      terms,
      groups: new Set(groups),
    },
    us,
    associations: store,
    outbox,
    audit,
    kind: 'operator',
    onSilent: () => onChange(groups),
    onHeard: () => onChange(groups),
    onMessage: (request) => hear(request),
    onStanding: () => onTheSide(agree),
    deps,
    label: `${config.actor}/oscp/${name}`,
  })

  const hear = async (request: OscpRequest): Promise<void> => {
    if (request.message !== 'update_group_capacity_forecast') return
    const { group } = request.body
    await store.putForecasts(
      group,
      holdForecast(store.forecastsOf(group), request.body, clock.now()),
    )
    onForecast(group)
    onChange([group])
  }

  let waiting: 'register' | 'handshake' | undefined
  let retry: Timer | undefined
  let closed = false
  const onTheSide = (work: () => Promise<void>): void => inBackground(deps, `oscp/${name}`, work)
  /** What is not answered within a minute is asked again. */
  const agree = async (): Promise<void> => {
    const { peer, offlineModeAt } = store.of(name)
    const next = peer === undefined ? 'register' : 'handshake'
    if (closed || offlineModeAt !== undefined || waiting === next) return
    waiting = next
    retry?.cancel()
    retry = clock.after(retryMillis, `${config.actor}/oscp/${name}/agree`, () => {
      waiting = undefined
      return agree()
    })
    const requestId = newRequestId(entropy)
    await desk.begin((association) => {
      if (association.offlineModeAt !== undefined) return undefined
      if (association.peer === undefined) return beginRegistration(association, terms, requestId)
      const shaken = beginHandshake(association, terms, requestId)
      return shaken.ok ? shaken.value : undefined
    })
  }
  /** One of us has forgotten the other: both begin anew. */
  const refusedOf = async (message: MessageName, status: number): Promise<void> => {
    if (message === 'register' && status === 409) outbox.send({ takeBack: 'register' })
    if (message === 'heartbeat' && status === 403)
      await desk.begin(({ silent }) => ({
        association: unregistered,
        decisions: silent ? [] : [{ do: 'applyFallback' }],
      }))
  }

  return {
    desk,
    organisation,
    start: () => onTheSide(agree),
    tell(message) {
      if (closed || store.of(name).offlineModeAt === undefined) return false
      outbox.send({ message })
      return true
    },
    close() {
      closed = true
      retry?.cancel()
      return desk.close()
    },
  }
}

const termsOf = (
  { origin, heartbeatSeconds }: OscpConfig,
  { url, tokenExpected }: OperatorConfig,
): Terms => ({
  ours: {
    token: tokenExpected,
    versions: [{ version: oscpVersion, baseUrl: `${origin}${basePathOf('fp')}` }],
  },
  required: { heartbeatSeconds, measurements: [] },
  peerOrigin: new URL(url).origin,
})
