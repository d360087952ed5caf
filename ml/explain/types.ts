/** Importance of a column by any method (permutation, SHAP, tree gain). */
export type Importance = {
  /** A column of the data, or a feature where columns are split into features. */
  name: string
  value: number
  /** 95 % interval, if known. */
  low?: number
  high?: number
}

/** Contribution of a column to one prediction; contributions and base sum to the prediction. */
export type Contribution = { name: string; value: number }
