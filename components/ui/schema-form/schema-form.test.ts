import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { isShown } from './field.ts'
import { fieldsOf } from './read-fields.ts'
import { fieldErrors, isShownAtFields } from './server-errors.ts'
import { cleanValues, initialValues, initialVariant, requiredErrors, switchVariant } from './values.ts'

const one = (schema: z.ZodType) => fieldsOf(z.object({ value: schema }))[0]!

describe('fields of a contract', () => {
  const kinds: [string, z.ZodType, object][] = [
    ['text', z.string().max(20), { kind: 'text', input: 'line', maxLength: 20 }],
    ['e-mail', z.email(), { kind: 'text', input: 'email' }],
    ['password', z.string().meta({ input: 'password' }), { kind: 'text', input: 'password' }],
    [
      'number with bounds',
      z.number().min(0).max(1).meta({ step: 0.1 }),
      { kind: 'number', integer: false, min: 0, max: 1, step: 0.1 },
    ],
    ['integer without bounds', z.int(), { kind: 'number', integer: true, min: undefined, max: undefined }],
    ['boolean', z.boolean(), { kind: 'switch' }],
    [
      'enumeration',
      z.enum(['a', 'b']).meta({ labels: { a: 'First' } }),
      {
        kind: 'choice',
        segmented: false,
        options: [
          { value: 'a', label: 'First' },
          { value: 'b', label: 'b' },
        ],
      },
    ],
    ['segmented enumeration', z.enum(['a', 'b']).meta({ input: 'segmented' }), { kind: 'choice', segmented: true }],
    [
      'list of choices',
      z.array(z.enum(['x', 'y'])),
      {
        kind: 'choices',
        options: [
          { value: 'x', label: 'x' },
          { value: 'y', label: 'y' },
        ],
      },
    ],
    ['date', z.iso.date(), { kind: 'date', time: false }],
    ['time', z.iso.datetime(), { kind: 'date', time: true }],
    ['column', z.string().meta({ input: 'column' }), { kind: 'column' }],
    ['columns', z.array(z.string()).length(2).meta({ input: 'columns' }), { kind: 'columns', max: 2 }],
    ['list of texts', z.array(z.string()), { kind: 'list' }],
    ['list of numbers', z.array(z.int()), { kind: 'numbers' }],
    ['number or text', z.union([z.number(), z.string()]), { kind: 'scalar' }],
    ['record', z.record(z.string(), z.string()).meta({ input: 'password' }), { kind: 'pairs', secret: true }],
    ['constant', z.literal('x'), { kind: 'fixed', value: 'x' }],
  ]
  for (const [name, schema, expected] of kinds)
    it(`read a ${name}`, () => {
      const field = one(schema) as unknown as Record<string, unknown>
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(field[key], value, key)
    })

  it('carry label, description, unit, placeholder, default and whether they are required', () => {
    const [size, other] = fieldsOf(
      z.object({
        size: z
          .int()
          .meta({ title: 'Batch size', description: 'Rows a step', unit: 'rows', placeholder: '32' })
          .default(32),
        maxDepth: z.int().nullable(),
      }),
    )
    assert.deepEqual(
      [size!.label, size!.description, size!.unit, size!.placeholder, size!.initial, size!.required],
      ['Batch size', 'Rows a step', 'rows', '32', 32, false],
    )
    assert.deepEqual([other!.label, other!.nullable, other!.required], ['Max depth', true, false])
  })

  it('nest groups, rows and variants of a union', () => {
    const [group, rows, union] = fieldsOf(
      z.object({
        cost: z.object({ miss: z.number() }),
        headers: z.array(z.object({ name: z.string() })),
        pages: z.discriminatedUnion('by', [
          z.object({ by: z.literal('none') }),
          z.object({ by: z.literal('cursor'), path: z.string() }).meta({ title: 'By cursor' }),
        ]),
      }),
    )
    assert.ok(group!.kind === 'group' && group!.fields[0]!.name === 'miss')
    assert.ok(rows!.kind === 'rows' && rows!.fields[0]!.name === 'name')
    assert.ok(union!.kind === 'union' && union!.by === 'by')
    assert.deepEqual(
      union!.variants.map(v => v.label),
      ['None', 'By cursor'],
    )
    assert.deepEqual(
      union!.variants[1]!.fields.map(f => f.kind),
      ['fixed', 'text'],
    )
  })

  it('take hints of the page by path', () => {
    const [field] = fieldsOf(z.object({ name: z.string() }), { name: { title: 'Dataset', hidden: true } })
    assert.deepEqual([field!.label, isShown(field!, {})], ['Dataset', false])
  })
})

const address = z.object({
  name: z.string().min(1).meta({ title: 'Name' }),
  note: z.string().default(''),
  port: z.int().min(1).max(65_535).optional(),
  limit: z.number().nullable(),
  strategy: z.enum(['mean', 'constant']),
  value: z
    .union([z.number(), z.string()])
    .optional()
    .meta({ showIf: { field: 'strategy', is: ['constant'] } }),
  secrets: z.record(z.string(), z.string()).default({}),
  pages: z.discriminatedUnion('by', [
    z.object({ by: z.literal('none') }),
    z.object({ by: z.literal('number'), first: z.int().default(1) }),
  ]),
})
const fields = fieldsOf(address)

describe('values of a form', () => {
  it('begin with what is given, the defaults, or blank', () => {
    const values = initialValues(fields, { name: 'a', secrets: { token: 't' } })
    assert.deepEqual(values, {
      name: 'a',
      note: '',
      port: '',
      limit: '',
      strategy: null,
      value: '',
      secrets: [{ name: 'token', value: 't' }],
      pages: { by: 'none' },
    })
  })

  it('become what the contract takes, without blank and hidden ones', () => {
    const typed = {
      name: 'a',
      note: ' ',
      port: 80,
      limit: '',
      strategy: 'mean',
      value: '7',
      secrets: [
        { name: 'token', value: 't' },
        { name: '', value: 'lost' },
      ],
      pages: { by: 'number', first: 0 },
    }
    const clean = {
      name: 'a',
      port: 80,
      limit: null,
      strategy: 'mean',
      secrets: { token: 't' },
      pages: { by: 'number', first: 0 },
    }
    assert.deepEqual(cleanValues(fields, typed), clean)
    assert.equal((cleanValues(fields, { ...typed, strategy: 'constant' }) as { value: unknown }).value, 7)
    assert.doesNotThrow(() => address.parse(cleanValues(fields, typed)))
  })

  it('of a variant begin with its defaults', () => {
    const union = fields.find(f => f.name === 'pages')!
    assert.ok(union.kind === 'union')
    assert.deepEqual(initialVariant(union, { by: 'number' }), { by: 'number', first: 1 })
  })

  it('keep what both variants have when another one is chosen', () => {
    const either = z.discriminatedUnion('type', [
      z.object({ type: z.literal('a'), column: z.string(), size: z.int() }),
      z.object({ type: z.literal('b'), column: z.string(), limit: z.int().default(3) }),
    ])
    const [union] = fieldsOf(z.object({ either }))
    assert.ok(union?.kind === 'union')
    const values = { type: 'a', column: 'age', size: 7 }
    assert.deepEqual(switchVariant(union, values, 'b'), { type: 'b', column: 'age', limit: 3 })
  })

  it('that are required and blank are named', () => {
    const errors = requiredErrors(fields, initialValues(fields))
    assert.deepEqual(errors, { name: 'Name is required.', strategy: 'Strategy is required.' })
  })

  it('at the root of a discriminated union stay beside the fields that all variants share', () => {
    const schema = z
      .discriminatedUnion('type', [
        z.object({ type: z.literal('unique'), column: z.string() }),
        z.object({ type: z.literal('sql'), column: z.null().default(null), predicate: z.string() }),
      ])
      .and(z.object({ severity: z.enum(['block', 'warn']).default('warn') }))
    const read = fieldsOf(schema)
    const values = initialValues(read, { type: 'sql', predicate: 'a > 0' })
    assert.deepEqual(cleanValues(read, values), { type: 'sql', column: null, predicate: 'a > 0', severity: 'warn' })
    assert.deepEqual(schema.parse(cleanValues(read, values)), {
      type: 'sql',
      column: null,
      predicate: 'a > 0',
      severity: 'warn',
    })
  })
})

describe('errors of the server', () => {
  const error = {
    data: {
      app: {
        details: [
          { column: 'pages.first', expected: 'A number.' },
          { column: 'age', expected: 'a number', got: 'x' },
        ],
      },
    },
  }
  it('are shown at the fields that they name', () => {
    assert.deepEqual(fieldErrors(error), { 'pages.first': 'A number.', age: 'Expected a number, got x' })
    assert.equal(isShownAtFields(error, ['age', 'pages.first']), true)
  })
  it('need an alert if one names no field of the form', () => {
    assert.equal(isShownAtFields(error, ['age']), false)
    assert.equal(isShownAtFields(new Error('no'), ['age']), false)
  })
})
