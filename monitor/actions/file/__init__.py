"""A workspace as a file: read, checked, compared, applied, written back."""
