"""Bytes: uploads, the parsers of uploads, the rows of a round, labels and the prediction matrix.

This room knows neither models nor services. What it stores goes through Django's storage API,
except the prediction matrix, which is a cache in a local file.
"""
