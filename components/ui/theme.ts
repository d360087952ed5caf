import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple } from '@mantine/core'

/** The one accent: a calm blue, strong enough for white text from its sixth shade on (4.5 : 1). */
const ink: MantineColorsTuple = [
  '#eef2fd',
  '#dde5fa',
  '#b9c9f4',
  '#93abee',
  '#6f8fe6',
  '#4a6fdb',
  '#2f57cc',
  '#2749b0',
  '#213e93',
  '#1a3175',
]

/** Inter and JetBrains Mono come from packages; nothing is fetched from outside. */
export const theme = createTheme({
  fontFamily: "'Inter Variable', Inter, system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  primaryColor: 'ink',
  primaryShade: { light: 6, dark: 3 },
  colors: { ink },
  variantColorResolver: input => {
    const colours = defaultVariantColorsResolver(input)
    const accent = (input.color ?? input.theme.primaryColor) === 'ink'
    return accent && input.variant === 'filled' ? { ...colours, color: 'var(--fx-on-accent)' } : colours
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontSizes: { xs: '11.5px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5' },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '21px', lineHeight: '1.3' },
      h2: { fontSize: '17px', lineHeight: '1.35' },
      h3: { fontSize: '19px', lineHeight: '1.35' },
      h4: { fontSize: '15px', lineHeight: '1.4' },
      h5: { fontSize: '13.5px', lineHeight: '1.4' },
    },
  },
  components: {
    // A dialog's head is no banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    Paper: { defaultProps: { shadow: 'none' } },
    Button: { defaultProps: { size: 'xs' } },
    Table: { defaultProps: { fz: 'sm' } },
    // What loads has a name, and a name needs a role.
    Skeleton: { defaultProps: { role: 'status' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
})
