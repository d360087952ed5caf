import type { CreateProjectInput, MintedToken, Role } from '#server/access/contract.ts'
import { createProject, mintTokenFromMachine, type OnProjectCreated, type Person } from '#server/access/index.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { createDefaultExperiment } from '#server/training/index.ts'

/** Adds the defaults of all domains to a new project; composed here, since access may not import the domains. */
const furnish: OnProjectCreated = async (tx, scope, createdBy) => {
  await createDefaultExperiment(tx, scope, createdBy)
}

export const createFurnishedProject = (kernel: Kernel, person: Person, input: CreateProjectInput) =>
  createProject(kernel, person, input, furnish)

/** Creates a token for `fleximl token create` on the server's machine; creates the project with its defaults if it does not exist. */
export const mintTokenOnMachine = (
  kernel: Kernel,
  input: { project: string; role: Role; name?: string },
): Promise<MintedToken> => mintTokenFromMachine(kernel, input, furnish)
