"""What is told, to whom and when: boards, standings, statements, a round as its reader may see it."""
