"""Who stands where: a round, its leaderboard, the season."""
