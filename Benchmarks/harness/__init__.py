"""What the benchmarks share: pictures, a browser that calls, those who answer, and how their cost is read."""

import pathlib
import sys

# The programs are started as the tests start them.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Interop"))
