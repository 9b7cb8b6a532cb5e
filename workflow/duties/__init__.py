"""What surrounds a duty on its way: requests to change it, parts of others in it, reports of periods, many at once."""
