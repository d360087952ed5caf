import { signIn } from 'next-auth/react'

/** Signs in and leaves for `to` with a fresh page, so that nothing read before stays cached. Throws with the server's words. */
export async function startSession(email: string, password: string, to: string): Promise<void> {
  const answer = await signIn('credentials', { email, password, redirect: false })
  if (!answer?.ok)
    throw new Error(
      answer?.error && answer.error !== 'CredentialsSignin' ? answer.error : 'The server did not answer. Try again.',
    )
  window.location.assign(to)
}
