"""Who sees what: looking as somebody else, what is restricted, and the check that nothing leaks."""
