"""Everything that runs the whole of Deskloop on one machine without Docker."""
