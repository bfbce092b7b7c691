"""The machinery of the course: exercises, drawings, living cells, plots, the doctor."""
