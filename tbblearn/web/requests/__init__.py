"""What every request passes: allowed origins, size limits, headers, logging, health.

Imports libraries and `web`, `db`, `config`; no feature.
Begin with `origins` and `guard_check`; `create_app` sets their order.
"""
