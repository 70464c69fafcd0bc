"""Courses: reads the files in `courses/`, checks them, keeps immutable versions and renders them."""
