export type SolverOptions = {
  /** Penalty per row of data, on coefficients in the unit of the data: l1·‖β‖₁ + ½·l2·‖β‖². */
  l1: number
  l2: number
  maxIterations: number
  tolerance: number
  report(iteration: number, loss?: number): void
  yieldIfDue(): Promise<void> | undefined
}

/** Weights of standardized columns and intercept, one [θ, intercept] per output. */
export type Solution = { point: Float64Array; iterations: number }
