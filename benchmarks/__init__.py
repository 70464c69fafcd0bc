"""Speed, measured on the production server with a county of 10,000 staff. `make bench` prints the table."""
