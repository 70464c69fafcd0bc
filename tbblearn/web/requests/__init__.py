"""What every request passes: allowed origins, size limits, headers, logging, health.

Imports libraries and `web`, `db`, `config`; no feature.
Start with `origins` and `guarding`; `create_app` sets their order.
"""
