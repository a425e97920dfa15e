"""Verbs: where rows meet arrays. Every access check and every transaction is here."""
