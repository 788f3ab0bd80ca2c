"""The parts of the benchmark: origin, contenders, load, parked requests, the report."""
