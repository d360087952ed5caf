/**
 * Parses JSON in which bare NaN, Infinity and -Infinity may stand for numbers, as Python and XGBoost write it; they become null.
 * @param failed makes the error for invalid JSON
 */
export function parseLooseJson(text: string, failed: () => Error): unknown {
  try {
    return JSON.parse(/NaN|Infinity/.test(text) ? withoutNaN(text) : text)
  } catch {
    throw failed()
  }
}

function withoutNaN(text: string): string {
  const parts: string[] = []
  let from = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 92) i++
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 78 || code === 73) {
      const word = code === 78 ? 'NaN' : 'Infinity'
      if (!text.startsWith(word, i)) continue
      parts.push(text.slice(from, text.charCodeAt(i - 1) === 45 ? i - 1 : i), 'null')
      i += word.length - 1
      from = i + 1
    }
  }
  parts.push(text.slice(from))
  return parts.join('')
}
