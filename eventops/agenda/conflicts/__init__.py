"""Conflicts: what cannot be held as the desk has it, and what is hardly meant. `find` looks, `facts` reads the desk."""
