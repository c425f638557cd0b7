// Calculators.
