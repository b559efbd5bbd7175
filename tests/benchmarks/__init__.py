"""How fast the real server is, beside bare programs that do the least of the same. Not part of the tests' verdict."""
