import { ok, refused } from '@interlock/kernel'
import {
  withPart,
  type Cdr,
  type ChargingProfileResult,
  type CommandResult,
  type Location,
  type OcpiHandlers,
  type Session,
} from '@interlock/ocpi'

/** What a provider's doors are told, in the order in which it comes. */
export function providerThatHears() {
  const sessions: Session[] = []
  /** What it was told of sessions in part. */
  const parts: unknown[] = []
  const cdrs: Cdr[] = []
  const results: (ChargingProfileResult & { readonly id: string })[] = []
  const profilesTold: unknown[] = []
  const locations: Location[] = []
  const tariffs: unknown[] = []
  const outcomes: (CommandResult & { readonly id: string })[] = []
  const handlers: OcpiHandlers = {
    'sessions.put'({ body }) {
      sessions.push(body)
      return ok({})
    },
    'sessions.patch'({ params, body }) {
      const held = sessions.findLast(({ id }) => id === params['id'])
      if (held === undefined) return refused('ObjectUnknown')
      parts.push(body)
      sessions.push({ ...held, ...body })
      return ok({})
    },
    'cdrs.post'({ body }) {
      cdrs.push(body)
      return ok({ isNew: true })
    },
    'locations.put'({ body }) {
      locations.push(body)
      return ok({})
    },
    'locations.evse.patch'({ params, body }) {
      const held = locations.at(-1)
      if (held === undefined) return refused('LocationUnknown')
      const place = withPart(held, params, body, false)
      if (place.ok) locations.push(place.value)
      return place.ok ? ok({}) : place
    },
    'tariffs.put'({ body }) {
      tariffs.push(body)
      return ok({})
    },
    'commands.result'({ params, body }) {
      outcomes.push({ ...body, id: params['id'] ?? '' })
      return ok({})
    },
    'chargingprofiles.update'({ params, body }) {
      profilesTold.push([params['session_id'], body])
      return ok({})
    },
    'chargingprofiles.result'({ params, body }) {
      results.push({ ...body, id: params['id'] ?? '' })
      return ok({})
    },
  }
  return { sessions, parts, cdrs, results, profilesTold, locations, tariffs, outcomes, handlers }
}
