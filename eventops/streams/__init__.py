"""Watching from home: waiting room and join."""
