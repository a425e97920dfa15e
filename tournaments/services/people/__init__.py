"""Who is here: users, their keys and links, participants, members, rosters."""
