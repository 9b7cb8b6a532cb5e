"""Reports: one format-free object, built from the same rows as every list, and renderers for it."""
