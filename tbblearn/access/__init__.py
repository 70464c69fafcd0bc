"""Signing in and out, sessions, throttling."""
