"""A package, so that its one house closes when the last of its tests is done."""
