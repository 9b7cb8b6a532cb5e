"""Period reports of agencies: a directive's report of a period is called for, filled in as a form, sent as the report of a duty of its own."""
