"""How changes are tested: assignment, power, estimates, pitfalls."""
