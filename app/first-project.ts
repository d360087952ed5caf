import { cookies } from 'next/headers'
import { SIGN_IN_PATH } from '#components/shell/places.ts'
import { paths } from '#components/ui/paths.ts'
import { bridge, pageContext } from './server.ts'

/** Kept by the browser, so that the next visit opens where the last one ended. */
const LAST_PROJECT = 'fleximl-project'

/** The project seen last, else the first one there is, else the list, where one is made. */
export async function projectsHref(): Promise<string> {
  const context = await pageContext()
  if (!context.person) return SIGN_IN_PATH
  const { items: projects } = await bridge().router.createCaller(context).access.projects()
  const last = (await cookies()).get(LAST_PROJECT)?.value
  const project = projects.find(p => p.slug === last) ?? projects[0]
  return project ? paths.project(project.slug) : '/projects'
}
