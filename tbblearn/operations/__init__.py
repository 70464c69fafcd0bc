"""Demo, production server, first administrator, the administrator's pages; may touch every table."""
