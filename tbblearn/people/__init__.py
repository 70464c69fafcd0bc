"""Programmes, the tree of units, persons, employments, grants; who may see what."""
