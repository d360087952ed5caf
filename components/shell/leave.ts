import { SIGN_IN_PATH } from './places.ts'

/** Signs out and goes to the sign-in page. Its library is loaded only now: few pages of a visit need it. */
export async function leave(): Promise<void> {
  const { signOut } = await import('next-auth/react')
  await signOut({ callbackUrl: SIGN_IN_PATH })
}
