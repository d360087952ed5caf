import { cookies } from 'next/headers'
import { SIGN_IN_PATH } from '#components/shell/places.ts'
import { paths } from '#components/ui/paths.ts'
import { bridge, pageContext } from './server.ts'

/** Cookie with the last visited project. */
const LAST_PROJECT = 'fleximl-project'

/** Returns the path of the last visited project, else of the first one, else of the list. */
export async function projectsHref(): Promise<string> {
  const context = await pageContext()
  if (!context.person) return SIGN_IN_PATH
  const { items: projects } = await bridge().router.createCaller(context).access.projects()
  const last = (await cookies()).get(LAST_PROJECT)?.value
  const project = projects.find(p => p.slug === last) ?? projects[0]
  return project ? paths.project(project.slug) : '/projects'
}
