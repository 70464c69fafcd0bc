"""What every page shares: layout, components, forms, language, errors, headers."""
