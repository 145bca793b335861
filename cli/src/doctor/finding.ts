/** One thing that was looked at. */
export type Finding = {
  /** What was looked at, such as `Node` or `data folder`. */
  readonly name: string
  /** `missing`: the demo cannot run. `optional`: something less can not. */
  readonly status: 'ok' | 'missing' | 'optional'
  readonly detail: string
  /** What a person can do about it. */
  readonly remedy?: string
}

export const ok = (name: string, detail: string): Finding => ({ name, status: 'ok', detail })

export const missing = (name: string, detail: string, remedy: string): Finding => ({
  name,
  status: 'missing',
  detail,
  remedy,
})
