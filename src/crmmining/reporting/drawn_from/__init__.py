"""What pictures are drawn from: one module per picture, results in, plain data out."""
