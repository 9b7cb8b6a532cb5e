"""Who may do what, and who may see what: roles, the table of permits, the people who hold the roles."""
