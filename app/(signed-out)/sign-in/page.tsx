import type { Metadata } from 'next'
import { safePath } from '#components/access/labels.ts'
import { SignInForm } from '#components/access/sign-in-form.tsx'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ callbackUrl?: string | string[] }>
}) {
  const { callbackUrl } = await searchParams
  return <SignInForm to={safePath(typeof callbackUrl === 'string' ? callbackUrl : undefined)} />
}
