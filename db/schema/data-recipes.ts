import { foreignKey, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, json, projectId } from '../columns.ts'
import { projects } from './access.ts'

/** Named cleaning and feature steps. */
export const recipes = pgTable(
  'recipes',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    name: text('name').notNull(),
    /** Highest version number given out; counted under this row's lock. */
    latestVersion: integer('latest_version').notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [unique('recipes_project_key').on(t.projectId, t.id), unique('recipes_name_key').on(t.projectId, t.name)],
)

export const recipeVersions = pgTable(
  'recipe_versions',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    recipeId: uuid('recipe_id').notNull(),
    number: integer('number').notNull(),
    /** `{v: 1, steps}` in the format of the engine, not fitted. */
    body: json<unknown>('body').notNull(),
    note: text('note').notNull().default(''),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('recipe_versions_project_key').on(t.projectId, t.id),
    unique('recipe_versions_number_key').on(t.projectId, t.recipeId, t.number),
    foreignKey({
      name: 'recipe_versions_recipe_fk',
      columns: [t.projectId, t.recipeId],
      foreignColumns: [recipes.projectId, recipes.id],
    }).onDelete('cascade'),
  ],
)
