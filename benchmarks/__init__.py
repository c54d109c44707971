"""What is fast, how fast, and against what."""
