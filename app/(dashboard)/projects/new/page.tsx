import type { Metadata } from 'next'
import { NewProject } from '#components/access/new-project.tsx'

export const metadata: Metadata = { title: 'New project' }

export default function Page() {
  return <NewProject />
}
