import { AppError } from '#server/kernel/errors.ts'

export const unknownEndpoint = (name: string) =>
  new AppError('not_found', `There is no endpoint “${name}” in this project.`, {
    hint: 'The Serving page lists the endpoints; promoting a version creates one.',
  })
