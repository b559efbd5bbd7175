"""What organisers take out of an event: its audit trail."""
