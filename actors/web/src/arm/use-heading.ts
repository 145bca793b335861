import { useEffect, useRef } from 'preact/hooks'

/** Moves the focus to a step's heading when the step appears, so that nobody is left behind. */
export function useHeading() {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return heading
}
