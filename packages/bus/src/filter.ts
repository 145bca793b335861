/** A topic filter: `+` stands for one level, a last `#` for the rest. */
export type TopicFilter = (name: string) => boolean

/** @throws TypeError when the filter has an empty level, or a wildcard that is not a level of its own. */
export function topicFilter(filter: string): TopicFilter {
  const levels = filter.split('/')
  const rest = levels.at(-1) === '#'
  const fixed = rest ? levels.slice(0, -1) : levels
  const wrong = fixed.some((level) => level === '' || (level !== '+' && /[+#]/.test(level)))
  if (wrong) throw new TypeError(`not a topic filter: ${filter}`)
  return (name) => {
    const parts = name.split('/')
    if (rest ? parts.length < fixed.length : parts.length !== fixed.length) return false
    return fixed.every((level, i) => level === '+' || level === parts[i])
  }
}
