"""Each guard is taken away once, and the tests must notice. `python -m tests.gates` prints the list and the result."""
