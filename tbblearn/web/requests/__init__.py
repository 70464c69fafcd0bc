"""What every request passes: from where it may come, how much it may be, what is logged and answered beside pages.

Imports libraries, and of the house web, db and config at most; no feature.
Begin with `origins` and `guarding`; `create_app` puts them in their order.
"""
