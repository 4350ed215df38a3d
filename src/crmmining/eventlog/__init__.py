"""What the data is: case notions, case order, event logs and their variants."""
