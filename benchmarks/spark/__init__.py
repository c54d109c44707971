"""One project on DuckDB and on Spark, with workers and drivers killed on the way: is the release the same?

``python -m benchmarks.spark`` says, line by line, what it compared and what it found; 0 when all is the same.
"""
