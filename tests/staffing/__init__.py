"""Tests of the employers' files."""
