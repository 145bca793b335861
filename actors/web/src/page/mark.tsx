/** Two halves that only together close: the arm and the trigger. An empty half is missing. */
export function Mark(props: { arm: boolean; trigger: boolean; label?: string }) {
  const half = (there: boolean, side: string) => `half ${side}${there ? '' : ' missing'}`
  const named = props.label === undefined ? { 'aria-hidden': true } : { 'aria-label': props.label }
  return (
    <svg class="mark" viewBox="0 0 32 32" role="img" {...named}>
      <path class={half(props.arm, 'arm')} d="M15 4a12 12 0 0 0 0 24V20a4 4 0 0 1 0-8z" />
      <path class={half(props.trigger, 'trigger')} d="M17 4a12 12 0 0 1 0 24v-8a4 4 0 0 0 0-8z" />
    </svg>
  )
}
