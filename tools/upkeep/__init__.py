"""Parts derived from the lessons, upgrades, and what the tests look with."""
