"""Logging in, setting up, one's own account and keys."""
