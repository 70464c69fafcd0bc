"""Summaries and their downloads; reads only."""
