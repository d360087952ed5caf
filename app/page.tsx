import { redirect } from 'next/navigation'
import { projectsHref } from './first-project.ts'

export default async function Page() {
  redirect(await projectsHref())
}
