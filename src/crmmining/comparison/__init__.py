"""Two logs over the same events: what one view hides from the other."""
