"""A document in, a proposal out.

`readers` turn bytes into a Document of paragraphs and tables with their places; `extract` turns that into a Proposal of
tasks; a person confirms it; `importing` writes it into the record. Nothing here guesses silently: what is uncertain is an
Issue with its place and words.
"""
