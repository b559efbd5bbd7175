"""eventops: runs a hybrid conference day."""

__version__ = "0.1.0"
