import { useLayoutEffect, useRef } from 'preact/hooks'

/**
 * Moves the focus to a step's heading when the step appears, so that nobody is left behind; before anything else
 * can happen on the page, or it would take the focus from whoever was quick.
 */
export function useHeading() {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => heading.current?.focus(), [])
  return heading
}
