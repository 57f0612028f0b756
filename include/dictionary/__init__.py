"""The data dictionary: what every table, column, measure, indicator, rule and source means, read from where it is said.

A room of its own, because it reads from nearly all others (catalog, catalogue, reference, sources, suites) and none of
them needs it. Exports take the headings of columns from here.
"""
