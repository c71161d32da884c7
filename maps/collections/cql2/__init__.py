"""Filters in CQL2 (OGC 21-065r2), text or JSON, as conditions on the columns of a collection.

The package `cql2` reads the text; its own SQL is not used, for it names columns as the asker wrote them, knows no
whitelist and casts nothing.
"""
