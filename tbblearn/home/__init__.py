"""The address of the site itself."""
