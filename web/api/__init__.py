"""The interface for programs, `/api/v1`: what commands and pages show and do, as JSON, for whoever holds an access token."""
