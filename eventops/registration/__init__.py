"""Signing up, the ticket, and the page that each person has."""
