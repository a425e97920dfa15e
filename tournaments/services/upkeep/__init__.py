"""Keeping the house: backup, restore, and whether what is stored is still what was received."""
