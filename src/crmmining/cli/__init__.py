"""The command line: parse, call, render, behind one error boundary."""
