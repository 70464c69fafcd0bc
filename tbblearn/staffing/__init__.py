"""The employers' files of units and staff: reading them, seeing what they would change, taking them in, writing them.

A file is the whole truth about one source, a huvudman's part of the county, and says nothing of anything outside it.
Begin with `rules` (what a file holds) and `taking_in` (the way from bytes to the database).
"""
