"""Paying out: where participants want what they won, who is owed what, and the batches that take it there.

addresses  a participant says where, once a currency
owed       who is paid in the next batch, and who is not and why
batches    collected from the participants, then sent and known by a reference, or cancelled
files      what wallets and banks take, made of a batch as it was collected
"""
