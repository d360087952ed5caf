import type { CreateProjectInput, MintedToken, Role } from '#server/access/contract.ts'
import { createProject, mintTokenFromMachine, type OnProjectCreated, type Person } from '#server/access/index.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { createDefaultExperiment } from '#server/training/index.ts'

/** What every new project starts with, from all domains: composed here, since access sees none of them. */
const furnish: OnProjectCreated = async (tx, scope, createdBy) => {
  await createDefaultExperiment(tx, scope, createdBy)
}

export const createFurnishedProject = (kernel: Kernel, person: Person, input: CreateProjectInput) =>
  createProject(kernel, person, input, furnish)

/** `fleximl token create` on the server's machine: makes the project, furnished, when there is none of that name. */
export const mintTokenOnMachine = (
  kernel: Kernel,
  input: { project: string; role: Role; name?: string },
): Promise<MintedToken> => mintTokenFromMachine(kernel, input, furnish)
