/** The mark: a curve that finds its optimum. The same drawing as `public/mark.svg`. */
export function Mark({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#2f57cc" />
      <path d="M7 22c4 0 4-12 9-12s5 12 9 12" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <circle cx="16" cy="10" r="3.2" fill="#ffc46b" />
    </svg>
  )
}
