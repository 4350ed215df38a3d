"""Figures: one module a picture, drawn from plain frozen inputs; nothing is imported here."""
