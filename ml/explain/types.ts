/** How much a column matters, whatever measured it (permutation, SHAP, a tree's gain). */
export type Importance = {
  /** A column of the data, or a feature where columns are taken apart. */
  name: string
  value: number
  /** 95 % interval where one is known. */
  low?: number
  high?: number
}

/** A column's part of one prediction; the parts and the base add up to the prediction. */
export type Contribution = { name: string; value: number }
