"""Where people write something down: records, rosters and reports, decisions of a session, limits drawn anew."""
