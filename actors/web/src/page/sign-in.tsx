import { useState } from 'preact/hooks'
import { post, sentenceOfError } from './api.ts'
import { Notice } from './notice.tsx'

/** Name and password, pasteable and known to password managers; or the way to the provider. */
export function SignIn(props: { kind: 'builtIn' | 'oidc'; why: string; onDone: () => void }) {
  return (
    <section class="sign-in" aria-labelledby="sign-in">
      <h1 id="sign-in">Sign in</h1>
      <p>{props.why}</p>
      {props.kind === 'oidc' ? (
        <a class="button primary" href="/login">
          Continue to your provider
        </a>
      ) : (
        <PasswordForm onDone={props.onDone} />
      )}
    </section>
  )
}

function PasswordForm(props: { onDone: () => void }) {
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    setBusy(true)
    setProblem('')
    try {
      await post('/api/login', { name: form.get('name'), password: form.get('password') })
      props.onDone()
    } catch (error) {
      setProblem(sentenceOfError(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form class="stack" onSubmit={(event) => void submit(event)}>
      <label>
        Name
        <input name="name" autocomplete="username" required maxLength={64} />
      </label>
      <label>
        Password
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          required
          maxLength={256}
        />
      </label>
      <button class="primary" type="submit" disabled={busy}>
        Sign in
      </button>
      <Notice text={problem} kind="problem" />
    </form>
  )
}
