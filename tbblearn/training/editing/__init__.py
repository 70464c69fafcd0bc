"""The editor's pages that count learners: questions, publishing, preview.

Imports changes, faults and learning; on top of training.
Begin with `publishing_views`.
"""
