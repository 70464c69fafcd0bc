"""Who did and saw what, by opaque ids."""
