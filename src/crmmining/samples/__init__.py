"""Sample worlds with known truth."""
