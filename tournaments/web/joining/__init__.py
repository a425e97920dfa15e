"""How people come in: joining, rosters, members, roles."""
