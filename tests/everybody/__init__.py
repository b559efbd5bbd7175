"""What everybody can reach of one played day: walked through once for all tests of this folder."""
