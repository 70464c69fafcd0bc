"""The demonstration: an invented county, the same for the same seed, number of staff and day (docs/demo.md)."""
