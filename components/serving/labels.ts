import type { Signature, SignatureColumn } from '#server/registry/contract.ts'
import type { EndpointDetail } from '#server/serving/contract.ts'
import { formatRate } from '../ui/format.ts'
import { championState } from './model-labels.ts'

const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
export const formatLatency = (ms: number | null) => (ms === null ? '–' : `${short.format(ms)} ms`)
export const formatTime = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
export const formatErrorShare = (share: number | null) =>
  share === null ? '–' : share > 0 && share < 0.001 ? '< 0.1 %' : `${short.format(share * 100)} %`

/** Summarizes what an endpoint serves and its traffic. */
export function endpointSentence(
  e: Pick<EndpointDetail, 'model' | 'version' | 'servers' | 'ratePerSecond' | 'p99Ms' | 'errorShare' | 'models'>,
): string {
  const served = `${e.model} v${e.version}`
  if (e.servers.alive === 0) return 'No inference server is running; the endpoint does not respond.'
  if (championState(e) === 'out') return `${served} is out of traffic: requests are refused.`
  if (e.servers.current < e.servers.alive)
    return `${e.servers.current} of ${e.servers.alive} servers serve ${served}; the others still serve the previous version.`
  if (e.ratePerSecond === 0) return `Serves ${served}: no requests in the last minute.`
  const errors = e.errorShare === null || e.errorShare === 0 ? 'no errors' : `${formatErrorShare(e.errorShare)} errors`
  return `Serves ${served}: ${formatRate(e.ratePerSecond)}, p99 ${formatLatency(e.p99Ms)}, ${errors}.`
}

/** An example value of the column, for the test form and the snippets. */
export function exampleOf(column: SignatureColumn): string | number | boolean {
  const { type, domain } = column
  if (type === 'number' || type === 'integer') {
    if (!domain || Array.isArray(domain)) return 0
    const middle = (domain.min + domain.max) / 2
    return type === 'integer' ? Math.round(middle) : Number(middle.toPrecision(3))
  }
  if (type === 'boolean') return true
  if (type === 'datetime') return '2026-01-01T12:00'
  return Array.isArray(domain) ? (domain[0] ?? '') : 'text'
}

export const exampleRow = (signature: Signature) =>
  Object.fromEntries(signature.columns.map(c => [c.name, exampleOf(c)]))

export const LANGUAGES = ['curl', 'Python', 'TypeScript'] as const
export type Language = (typeof LANGUAGES)[number]

/** A complete request; the token comes from the environment. */
export function snippet(language: Language, url: string, row: Record<string, unknown>): string {
  const body = JSON.stringify({ rows: [row] })
  if (language === 'curl')
    return [
      `curl -sS ${url}/predict \\`,
      '  -H "Authorization: Bearer $FLEXIML_TOKEN" \\',
      `  -H 'Content-Type: application/json' \\`,
      `  -d '${body.replaceAll("'", "'\\''")}'`,
    ].join('\n')
  if (language === 'Python')
    return [
      'import json, os, urllib.request',
      '',
      'request = urllib.request.Request(',
      `    ${JSON.stringify(`${url}/predict`)},`,
      `    data=json.dumps(json.loads(${JSON.stringify(body)})).encode(),`,
      '    headers={"Authorization": f"Bearer {os.environ[\'FLEXIML_TOKEN\']}", "Content-Type": "application/json"},',
      ')',
      'print(json.load(urllib.request.urlopen(request)))',
    ].join('\n')
  return [
    `const response = await fetch(${JSON.stringify(`${url}/predict`)}, {`,
    "  method: 'POST',",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the pasted code's placeholder
    "  headers: { authorization: `Bearer ${process.env.FLEXIML_TOKEN}`, 'content-type': 'application/json' },",
    `  body: JSON.stringify(${body}),`,
    '})',
    'console.log(await response.json())',
  ].join('\n')
}

/** Rounding never shows 0 % or 100 % for an uncertain probability. */
export const formatProbability = (p: number): string =>
  p > 0 && p < 0.001 ? '< 0.1 %' : p < 1 && p > 0.999 ? '> 99.9 %' : `${(p * 100).toFixed(1)} %`
