/** Says what came of something; always present, so that assistive technology hears it change. */
export function Notice(props: { text: string; kind: 'done' | 'problem' }) {
  return (
    <p class={props.text === '' ? 'notice' : `notice ${props.kind}`} role="status">
      {props.text}
    </p>
  )
}
