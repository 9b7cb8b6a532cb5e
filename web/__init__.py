"""The pages: a focal point's link, the overdue list, one task. Server-rendered; they work without JavaScript.

GET shows, POST acts. Sentences come from the catalogue; every style and picture comes from this server.
"""
