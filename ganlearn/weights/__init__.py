"""Weights of the generators that the course ships, their model cards, and how they are made."""
