"""The door: codes are scanned, and each scan is kept as a fact."""
