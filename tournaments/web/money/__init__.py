"""Money in pages: one's own statement, the tournament's books, and what operators book."""
