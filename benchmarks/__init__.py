"""Benchmarks: `make bench` runs them and rewrites the pages that hold their figures."""
