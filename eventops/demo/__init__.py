"""The real conference of 7 May 2024, played from one command."""
