"""What both benchmarks share: pictures, a browser that calls, those who answer, and how their cost is read."""
