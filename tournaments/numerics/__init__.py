"""The formulas: NumPy arrays in, arrays, exact integers and frozen dataclasses out.

Nothing here reads a file, a clock, a database or global random state.
Import a name from the module that owns it.
"""
