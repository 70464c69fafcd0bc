"""The outbox and its delivery; knows recipients by opaque id."""
