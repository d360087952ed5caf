import { EngineError } from '../../errors.ts'

/**
 * Formulas over columns, such as `if(is_missing(rooms), 0, log(price) / (rooms + 1))`. Own grammar, never evaluated as code:
 *
 *     or     = and { "or" and }           compare = sum [ ("<" | "<=" | ">" | ">=" | "=" | "==" | "!=") sum ]
 *     and    = not { "and" not }          sum     = product { ("+" | "-") product }
 *     not    = "not" not | compare        product = sign { ("*" | "/") sign }
 *     sign   = ("-" | "+") sign | power   power   = value [ "^" sign ]
 *     value  = number | column | function "(" or { "," or } ")" | "(" or ")"
 *
 * A column is a plain word, or any name in double quotes or backticks ("unit price"; a quote in it is doubled). Conditions are 1 and 0.
 */
export type Node =
  | { kind: 'number'; value: number }
  | { kind: 'column'; name: string }
  | { kind: 'call'; name: FunctionName; arguments: Node[] }

export const MAX_LENGTH = 2000
const MAX_DEPTH = 60

/** Minimum and maximum number of arguments. Operators are functions too. */
const FUNCTIONS = {
  if: [3, 3],
  log: [1, 1],
  exp: [1, 1],
  sqrt: [1, 1],
  abs: [1, 1],
  round: [1, 2],
  floor: [1, 1],
  ceil: [1, 1],
  min: [1, 50],
  max: [1, 50],
  is_missing: [1, 1],
} as const
const OPERATORS = ['+', '-', '*', '/', '^', '<', '<=', '>', '>=', '=', '!=', 'and', 'or', 'not', 'negate'] as const
export type FunctionName = keyof typeof FUNCTIONS | (typeof OPERATORS)[number]

type Token = { kind: 'number' | 'word' | 'quoted' | 'sign' | 'end'; text: string; at: number }

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|("(?:[^"]|"")*"|`(?:[^`]|``)*`)|(<=|>=|==|!=|[-+*/^<>=(),−×÷≤≥≠]))/uy
const SAME: Record<string, string> = { '==': '=', '−': '-', '×': '*', '÷': '/', '≤': '<=', '≥': '>=', '≠': '!=' }

/** @throws EngineError `expression` naming the position (from 1). */
export function parseExpression(formula: string): Node {
  if (formula.length > MAX_LENGTH) {
    throw new EngineError('expression', `The formula is longer than ${MAX_LENGTH} characters.`, 'Split it in two.')
  }
  const tokens = tokenizeExpression(formula)
  let at = 0
  let depth = 0
  const peek = () => tokens[at]!
  const isSign = (...signs: string[]) => peek().kind === 'sign' && signs.includes(peek().text)
  const isWord = (word: string) => peek().kind === 'word' && peek().text === word
  const take = () => tokens[at++]!
  const expect = (sign: string) => {
    if (!isSign(sign)) throw fault(`“${sign}” is missing`, peek())
    at++
  }
  const call = (name: FunctionName, ...given: Node[]): Node => ({ kind: 'call', name, arguments: given })
  const deeper = <T>(parse: () => T): T => {
    if (++depth > MAX_DEPTH) throw fault(`the formula is nested more than ${MAX_DEPTH} deep`, peek())
    const parsed = parse()
    depth--
    return parsed
  }
  const chain = (parse: () => Node, matches: () => boolean): Node => {
    let left = parse()
    // A long chain is a deep tree as well.
    let links = 0
    while (matches()) {
      if (++links > 200) throw fault('the formula has too many parts', peek())
      const { text } = take()
      left = call(text as FunctionName, left, parse())
    }
    return left
  }
  const or = (): Node => deeper(() => chain(and, () => isWord('or')))
  const and = (): Node => chain(not, () => isWord('and'))
  const not = (): Node => {
    if (!isWord('not')) return compare()
    at++
    return deeper(() => call('not', not()))
  }
  const compare = (): Node => {
    const left = sum()
    if (!isSign('<', '<=', '>', '>=', '=', '!=')) return left
    const { text } = take()
    const both = call(text as FunctionName, left, sum())
    if (isSign('<', '<=', '>', '>=', '=', '!='))
      throw fault('comparisons cannot be chained; join them by “and”', peek())
    return both
  }
  const sum = (): Node => chain(product, () => isSign('+', '-'))
  const product = (): Node => chain(sign, () => isSign('*', '/'))
  const sign = (): Node => {
    if (!isSign('-', '+')) return power()
    const negative = take().text === '-'
    const value = deeper(sign)
    return negative ? call('negate', value) : value
  }
  const power = (): Node => {
    const base = value()
    if (!isSign('^')) return base
    at++
    return deeper(() => call('^', base, sign()))
  }
  const value = (): Node => {
    const token = take()
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) }
    if (token.kind === 'quoted') return { kind: 'column', name: token.text }
    if (token.kind === 'word' && isSign('(')) return functionCall(token)
    if (token.kind === 'word' && !['and', 'or', 'not'].includes(token.text)) return { kind: 'column', name: token.text }
    if (token.kind === 'sign' && token.text === '(') {
      const inner = or()
      expect(')')
      return inner
    }
    throw fault(token.kind === 'end' ? 'the formula ends too early' : `“${token.text}” is not expected`, token)
  }
  const functionCall = (token: Token): Node => {
    if (!Object.hasOwn(FUNCTIONS, token.text)) {
      throw fault(`there is no function “${token.text}” (there are ${Object.keys(FUNCTIONS).join(', ')})`, token)
    }
    const name = token.text as keyof typeof FUNCTIONS
    const [least, most] = FUNCTIONS[name]
    expect('(')
    const given: Node[] = isSign(')') ? [] : [or()]
    while (isSign(',')) {
      at++
      given.push(or())
    }
    expect(')')
    if (given.length < least || given.length > most) {
      const wanted = least === most ? `${least}` : `${least} to ${most}`
      throw fault(`“${name}” takes ${wanted} value${most === 1 ? '' : 's'}, not ${given.length}`, token)
    }
    return call(name, ...given)
  }
  const node = or()
  if (peek().kind !== 'end') throw fault(`“${peek().text}” is not expected`, peek())
  return node
}

/** Columns that a formula names, in order of first use. */
export function columnsOf(node: Node): string[] {
  const names = new Set<string>()
  const visit = (each: Node) => {
    if (each.kind === 'column') names.add(each.name)
    if (each.kind === 'call') for (const inner of each.arguments) visit(inner)
  }
  visit(node)
  return [...names]
}

function tokenizeExpression(formula: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  let from = 0
  while (formula.slice(from).trim() !== '') {
    TOKEN.lastIndex = from
    const match = TOKEN.exec(formula)
    const at = from + (formula.slice(from).length - formula.slice(from).trimStart().length)
    if (!match) throw fault(`“${String.fromCodePoint(formula.codePointAt(at)!)}” is not expected`, { at })
    const [, number, word, quoted, sign] = match
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at })
    else if (quoted !== undefined) {
      const quote = quoted[0]!
      tokens.push({ kind: 'quoted', text: quoted.slice(1, -1).replaceAll(quote + quote, quote), at })
    } else tokens.push({ kind: 'sign', text: SAME[sign!] ?? sign!, at })
    from = TOKEN.lastIndex
  }
  return [...tokens, { kind: 'end', text: '', at: formula.length }]
}

const fault = (what: string, token: { at: number }): EngineError =>
  new EngineError(
    'expression',
    `The formula cannot be read at position ${token.at + 1}: ${what}.`,
    'Write it as log(price) / (rooms + 1); names with spaces in double quotes.',
  )
