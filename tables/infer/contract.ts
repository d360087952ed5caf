import type { Coded, ColumnRole, ColumnType, NameList, StoredType } from '../contract.ts'

/** Where a version differs from what was decided about the columns of its dataset. */
export interface BreakFacts {
  'column-absent': { column: string; decided: ColumnType | ColumnRole | null }
  'type-differs': { column: string; decided: ColumnType; holds: StoredType }
  'has-missing': { column: string; missing: number; rows: number }
  'values-not-allowed': { column: string; values: NameList; allowed: number }
  'too-many-values': { column: string; distinct: number; allowed: number }
  'out-of-range': { column: string; min: number; max: number; allowed: { min: number; max: number } }
}
export type ContractBreak = Coded<BreakFacts>
