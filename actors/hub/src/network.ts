import type { ActorDeps } from '@interlock/host'
import { Type, type Static } from 'typebox'
import { crossed, pathAt, PathModel } from './path-model.ts'

/** What lies between data company, hub and devices, simulated. Absent: nothing that takes time or loses anything. */
export const NetworkModel = Type.Object(
  {
    /** Paths to the data company, the preferred one first: wide area, then for instance broadband. */
    wan: Type.Array(PathModel, { minItems: 1, maxItems: 4 }),
    /** The radio of the home. */
    han: PathModel,
  },
  { additionalProperties: false },
)
export type NetworkModel = Static<typeof NetworkModel>

/** Each call is one message on its way, either way; false when it was lost. */
export type Network = {
  wan(): Promise<boolean>
  han(): Promise<boolean>
}

const immediate: Network = {
  wan: () => Promise.resolve(true),
  han: () => Promise.resolve(true),
}

export function simulatedNetwork(
  model: NetworkModel | undefined,
  { clock, wall, entropy }: Pick<ActorDeps, 'clock' | 'wall' | 'entropy'>,
): Network {
  const [preferred, ...others] = model?.wan ?? []
  if (model === undefined || preferred === undefined) return immediate
  const cross = (path: PathModel) => crossed(path, clock.now(), { wall, entropy })
  return {
    wan: () => cross(pathAt([preferred, ...others], clock.now())),
    han: () => cross(model.han),
  }
}
