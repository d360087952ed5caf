import { type ComponentType, type Ref, useEffect, useRef, useState } from 'react'

/** Props of a button that opens something. */
export interface TriggerProps {
  ref?: Ref<HTMLButtonElement>
  onClick?: () => void
  'aria-expanded'?: boolean
  'aria-haspopup'?: 'menu' | 'dialog'
}

/** A button whose menu loads when it is first pressed: most visits of a page open none. */
export function onDemand<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Trigger: ComponentType<P & TriggerProps>,
  popup: 'menu' | 'dialog' = 'menu',
): ComponentType<P> {
  return function OnDemand(props: P) {
    const [Loaded, setLoaded] = useState<ComponentType<P>>()
    if (Loaded) return <Loaded {...props} />
    const open = () => void load().then(component => setLoaded(() => component))
    return <Trigger {...props} aria-haspopup={popup} aria-expanded={false} onClick={open} />
  }
}

/** For a menu that was loaded because its button was pressed: focuses the button and opens the menu. */
export function useOpenOnLoad() {
  const ref = useRef<HTMLButtonElement>(null)
  const [opened, setOpened] = useState(false)
  useEffect(() => {
    ref.current?.focus()
    setOpened(true)
  }, [])
  return { ref, opened, setOpened, toggle: () => setOpened(now => !now) }
}
