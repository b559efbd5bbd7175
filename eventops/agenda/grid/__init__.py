"""The agenda as a grid that two may edit at once: cards, moves, and beats that tell each what the other does."""
