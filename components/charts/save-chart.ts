import { toCsv } from '#server/kernel/csv/contract.ts'
import { downloadFile, downloadText } from '../ui/download.ts'
import type { ChartTable } from './chart-props.ts'

const PIXELS_PER_POINT = 2
const PAINTED = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'opacity']
const WRITTEN = ['font-family', 'font-size', 'font-weight', 'color']

const fileName = (title: string) => title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-') || 'chart'
export const saveCsv = (title: string, { head, rows }: ChartTable) =>
  downloadText(`${fileName(title)}.csv`, toCsv(head, rows))

/** A copy that needs no style sheet: colors of the theme are written into each element. */
function freeze(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const copies = copy.querySelectorAll<SVGElement>('*')
  svg.querySelectorAll('*').forEach((element, i) => {
    const style = getComputedStyle(element)
    for (const name of [...PAINTED, ...WRITTEN]) copies[i]!.style.setProperty(name, style.getPropertyValue(name))
  })
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(copy.outerHTML)}`
}

/** Saves what a plot shows, SVG or canvas, on the page's own background. */
export async function savePng(title: string, plot: HTMLElement): Promise<void> {
  const drawn = plot.querySelector<HTMLCanvasElement | SVGSVGElement>('canvas, svg.recharts-surface')
  if (!drawn) return
  const { width, height } = drawn.getBoundingClientRect()
  const size = { width: width * PIXELS_PER_POINT, height: height * PIXELS_PER_POINT }
  const canvas = Object.assign(document.createElement('canvas'), size)
  const pen = canvas.getContext('2d')!
  pen.fillStyle = getComputedStyle(document.body).backgroundColor
  pen.fillRect(0, 0, size.width, size.height)
  const image = new Image()
  image.src = drawn instanceof SVGSVGElement ? freeze(drawn) : drawn.toDataURL()
  await image.decode()
  pen.drawImage(image, 0, 0, size.width, size.height)
  canvas.toBlob(blob => blob && downloadFile(`${fileName(title)}.png`, blob))
}
