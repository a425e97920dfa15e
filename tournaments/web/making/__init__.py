"""Tournaments and rounds from an operator's own files, step by step."""
