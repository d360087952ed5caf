/** Columns and rows of one page of a preview. */
export const BROWSE_COLUMNS = 100
export const BROWSE_ROWS = 200
