"""The demonstration: an invented county, the same for the same seed, number of staff and day (docs/demo.md).

Plans units, staff and what they learn and answer; stores it through the features' actions and tables.
Begin with `build`, then `casting`.
"""
