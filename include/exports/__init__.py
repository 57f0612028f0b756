"""Exports: any table or view of schema mart as CSV, Parquet, a workbook; the indicators also as SDMX-CSV.

A room of its own beside the extracts: an extract says something to somebody, an export hands over rows as they are,
with small counts hidden as the extracts hide them.
"""
