import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'

export type Draw = (pen: CanvasRenderingContext2D, colour: (css: string) => string) => void

/** Marks too many for SVG. Colours are read from the page, so that the theme holds here too. */
export function CanvasLayer({ width, height, draw }: { width: number; height: number; draw: Draw }) {
  const ref = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light')
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme means other colours
  useEffect(() => {
    const canvas = ref.current
    const pen = canvas?.getContext('2d')
    if (!canvas || !pen) return
    const density = window.devicePixelRatio || 1
    canvas.width = Math.round(width * density)
    canvas.height = Math.round(height * density)
    pen.scale(density, density)
    pen.lineJoin = 'round'
    draw(pen, css => {
      canvas.style.color = css
      return getComputedStyle(canvas).color
    })
  }, [width, height, draw, scheme])
  return <canvas ref={ref} style={{ position: 'absolute', inset: 0, width, height }} aria-hidden />
}
